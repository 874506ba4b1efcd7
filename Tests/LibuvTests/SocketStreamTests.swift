import CLibuv
import Glibc
import Testing

@testable import Libuv

struct SocketStreamTests {
    @Test func queuedWritesFollowInOrder() throws {
        let pair = try Pair()
        let block = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 / 251) }
        try pair.client.write(block.span)
        #expect(!pair.client.isDrained, "eight megabytes exceed the socket buffer")
        try pair.client.write([255, 254].span)
        #expect(pair.clientEvents.drains == 0)
        #expect((1...block.count).contains(pair.client.unsentBytes), "the system has taken some")
        try pair.server.startReading()
        pair.loop.run { pair.serverEvents.bytes.count >= block.count + 2 && pair.client.isDrained }
        #expect(pair.serverEvents.bytes == block + [255, 254])
        #expect(pair.clientEvents.drains == 1)
        #expect(pair.client.unsentBytes == 0)
        pair.close()
    }

    @Test func aClosedStreamReleasesItsDelegateFreesItsWritesAndIgnoresCalls() throws {
        let pair = try Pair()
        weak var recorder: Recorder?
        do {
            let delegate = Recorder()
            recorder = delegate
            pair.server.delegate = delegate
        }
        #expect(recorder != nil)
        try pair.server.write(Array(repeating: 7, count: 8_000_000).span)
        #expect(!pair.server.isDrained)
        pair.server.close()
        #expect(recorder == nil && pair.server.unsentBytes == 0)
        try pair.server.write([1].span)
        try pair.server.startReading()
        pair.server.stopReading()
        #expect(pair.server.peerEndpoint == nil)
        pair.close()
    }

    @Test func whatIsWrittenToAUnixSocketIsAtThePeer() throws {
        let pair = try Pair.unix()
        try pair.client.write([1, 2, 3].span)
        #expect(pair.server.peerUser == geteuid())
        #expect(pair.client.unacknowledgedBytes > 0, "the peer has not read them")
        #expect(pair.client.isFullyAcknowledged && pair.client.canCloseWithoutLoss, "the peer's system has them")
        pair.client.close()
        try pair.server.startReading()
        pair.loop.run { !pair.serverEvents.ends.isEmpty }
        #expect(pair.serverEvents.bytes == [1, 2, 3] && pair.serverEvents.ends == [nil])
        pair.close()
    }

    @Test func connectingToAUnixSocketFailsAtOnce() throws {
        try withFolder { folder in
            let loop = try EventLoop()
            let unused = try Listener(on: loop, boundTo: .unix(path: folder + "/socket")) { _ in }
            for (path, code) in [
                (folder + "/none", .noSuchFile), (folder + "/socket", .connectionRefused),
                ("/" + String(repeating: "x", count: Endpoint.longestPath), .init(rawValue: UV_ENAMETOOLONG.rawValue)),
            ] as [(String, UVError.Code)] {
                let stream = try SocketStream(on: loop)
                let failure = #expect(throws: UVError.self) { try stream.connect(to: .unix(path: path)) { _ in } }
                #expect(failure?.code == code)
                stream.close()
            }
            loop.close(unused)
        }
    }
}
