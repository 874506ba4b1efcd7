#if os(Linux)
    import CLibuv
    import Glibc
    import Testing

    @testable import Libuv

    private let hasIPv6: Bool = {
        guard let loop = try? EventLoop() else { return false }
        defer { loop.close() }
        let address = try? loop.address("::1")
        let listener = address.flatMap { try? Listener(on: loop, endpoint: .tcp($0), backlog: 1) { _ in } }
        listener?.close()
        return listener != nil
    }()

    struct SocketOwnersTests {
        private let owners = SocketOwners()

        /// - Parameters:
        ///   - host: the listener's address.
        ///   - clientHost: the address to which the client connects.
        @Test(
            arguments: [("127.0.0.1", "127.0.0.1")]
                + (hasIPv6
                    ? [
                        ("::1", "::1"), ("::ffff:127.0.0.1", "::ffff:127.0.0.1"), ("::ffff:127.0.0.1", "127.0.0.1"),
                        ("127.0.0.1", "::ffff:127.0.0.1"),
                    ] : []))
        func thePeersUserIsKnown(host: String, clientHost: String) throws {
            let pair = try Pair(host, from: clientHost)
            // The client's peer is this process, too.
            for stream in [pair.server, pair.client] { #expect(owners.user(ofPeerOf: stream) == geteuid()) }
            try pair.client.shutDownWriting()
            pair.loop.run { pair.client.hasSentEnd }
            #expect(owners.user(ofPeerOf: pair.server) == geteuid(), "a client that has sent all is still there")
            pair.close()
        }

        /// The system would report user 0.
        @Test(arguments: ["127.0.0.1"] + (hasIPv6 ? ["::1"] : []))
        func aClientThatHasLeftIsUnknown(host: String) throws {
            for leave in [{ $0.close() }, { $0.reset() }] as [(SocketStream) -> Void] {
                let pair = try Pair(host)
                try pair.client.write([1].span)
                leave(pair.client)
                // A child that another test starts may have a copy of the socket until its exec.
                while owners.user(ofPeerOf: pair.server) != nil {}
                pair.close()
            }
        }
    }

    /// The answers that a question can have.
    struct SocketOwnerAnswerTests {
        private let peer = uv_task_end(family: UInt8(AF_INET), port: 1, address: (7, 0, 0, 0))
        private let local = uv_task_end(family: UInt8(AF_INET), port: 2, address: (8, 0, 0, 0))

        private func owner(_ change: (inout inet_diag_msg) -> Void) -> Int64 {
            var answer = inet_diag_msg()
            answer.idiag_family = UInt8(AF_INET)
            answer.idiag_state = 1
            answer.id.idiag_sport = 1
            answer.id.idiag_dport = 2
            answer.id.idiag_src = (7, 0, 0, 0)
            answer.id.idiag_dst = (8, 0, 0, 0)
            answer.idiag_uid = 1000
            answer.idiag_inode = 5
            change(&answer)
            return uv_task_owner_in(&answer, peer, local)
        }

        @Test func anOpenConnectionHasItsOwner() {
            #expect(owner { _ in } == 1000)
            #expect(owner { $0.idiag_state = 4 } == 1000, "the client has sent its end")
            #expect(owner { $0.idiag_state = 5 } == 1000)
            let mapped = { (last: UInt32) in (UInt32(0), UInt32(0), UInt32(0xFFFF).bigEndian, last) }
            #expect(
                owner {
                    $0.idiag_family = UInt8(AF_INET6)
                    $0.id.idiag_src = mapped(7)
                    $0.id.idiag_dst = mapped(8)
                } == 1000, "the same addresses in the other family")
        }

        @Test func anythingElseIsUnknown() {
            #expect(owner { $0.idiag_inode = 0 } == -1, "closed by its process")
            #expect(owner { $0.idiag_uid = .max } == -1)
            // 10 is that of a listener, which may have the port of a client that left.
            for state: UInt8 in [0, 2, 3, 6, 7, 8, 9, 10, 11, 12, 255] {
                #expect(owner { $0.idiag_state = state } == -1, "state \(state)")
            }
            for otherSocket in [
                { $0.idiag_family = UInt8(AF_INET6) }, { $0.id.idiag_sport = 2 }, { $0.id.idiag_dport = 1 },
                { $0.id.idiag_src.0 = 8 }, { $0.id.idiag_dst.0 = 7 },
            ] as [(inout inet_diag_msg) -> Void] {
                #expect(owner(otherSocket) == -1)
            }
        }
    }
#endif
