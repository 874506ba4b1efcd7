import Foundation
import Libuv
import TaskCore
import TestServers
import Testing

@testable import TaskServer

struct ListenersTests {
    private let servers = Servers()

    /// Why a server does not start.
    private func failure(
        over transport: Transport = .tcp, _ configure: (inout ServerConfiguration) -> Void
    ) -> String {
        let failure = #expect(throws: StartFailure.self) { _ = try servers.start(over: transport, configure) }
        return failure?.description ?? ""
    }

    // MARK: TCP

    @Test func aPortInUseIsReported() throws {
        let first = try servers.start()
        let port = try #require(first.server.endpoints.first?.port)
        #expect(
            failure { $0.port = port }
                == "127.0.0.1:\(port) is in use, perhaps by another uv-taskd. Stop that, or choose another --port (0 takes a free one)"
        )
    }

    @Test(
        arguments: [
            ("no-such-host.invalid", false, nil, "cannot resolve the host \"no-such-host.invalid\": "),
            ("192.0.2.1", true, nil, "this machine does not have the address 192.0.2.1"),
            (
                "0.0.0.0", false, nil,
                "0.0.0.0 can be reached by other machines, unencrypted. Listen on localhost, and reach it through ssh "
                    + "(uv-task --ssh HOST); or, if the network itself is trusted (WireGuard, a pod), say --trust-network"
            ),
            ("::", false, nil, ":: can be reached by other machines, unencrypted. "),
            ("0.0.0.0", false, .same, "--tcp-users same is only for loopback addresses: "),
            ("0.0.0.0", true, .same, "--tcp-users same is only for loopback addresses: "),
        ] as [(String, Bool, TCPUsers?, String)])
    func anAddressThatCannotOrMayNotBeUsedIsReported(
        host: String, trustsNetwork: Bool, tcpUsers: TCPUsers?, message: String
    ) {
        let failure = failure {
            $0.host = host
            $0.trustsNetwork = trustsNetwork
            $0.tcpUsers = tcpUsers
        }
        #expect(failure.hasPrefix(message), "\(failure)")
    }

    // MARK: The port file

    /// The same command, given twice.
    @Test func aFailedStartLeavesThePortFileOfTheRunningServer() throws {
        let path = temporaryPath()
        let first = try servers.start { $0.portFile = path }
        let port = try #require(first.server.endpoints.first?.port)
        #expect(failure { ($0.port, $0.portFile) = (port, path) }.contains("is in use"))
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func thePortFileOfAKilledServerIsRemovedFirst() throws {
        let path = temporaryPath()
        try SmallFile.write("9\n", to: path)
        #expect(failure { ($0.host, $0.portFile) = ("no-such-host.invalid", path) }.contains("cannot resolve"))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// While clients fetch their last results from the first server, the second has the port and the file.
    @Test func aServerThatStopsLeavesThePortFileOfItsSuccessor() throws {
        let path = temporaryPath()
        let (gate, first, client) = try servers.gated {
            // No other test takes a port of this address.
            ($0.host, $0.portFile) = ("127.0.0.77", path)
        }
        let port = try #require(first.server.endpoints.first?.port)
        client.roundTrip(Requests.run(1, "revers"))
        try client.send(Requests.status(2, 1, Requests.wait))
        first.server.stop(.interrupt)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(port)\n")
        gate.open()
        #expect(client.replies(1) == ["2 success"])
        first.wait("the port to be free") { first.server.endpoints.isEmpty }
        #expect(!FileManager.default.fileExists(atPath: path))
        // A child that another test starts may listen until its exec.
        first.wait("its successor") {
            (try? servers.start { ($0.host, $0.port, $0.portFile) = ("127.0.0.77", port, path) }) != nil
        }
        first.end()
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func aPortFileThatCannotBeWrittenIsReported() {
        let failure = failure { $0.portFile = "/no/such/folder/port" }
        #expect(failure.hasPrefix("cannot write the port file /no/such/folder/port: "))
    }

    // MARK: Unix sockets

    @Test func oneServerHasThePath() throws {
        let path = temporaryPath()
        let first = try servers.start { $0.unixSocket = UnixSocketConfiguration(path: path) }
        #expect(first.server.endpoints.map { $0.port == nil } == [false, true])
        #expect(
            failure(over: .unix) { $0.unixSocket?.path = path }
                == "\(path) is served by another process, perhaps another uv-taskd. Stop that, or choose another --socket"
        )
        first.end()
        _ = try servers.start(over: .unix) { $0.unixSocket?.path = path }
    }

    @Test func eachSocketFailureSaysWhatToDo() throws {
        let path = temporaryPath()
        try SmallFile.write("", to: path)
        let long = "/\(String(repeating: "x", count: 107))"
        for (path, group, expected) in [
            (path, nil, "\(path) exists and is no socket. Remove it, or choose another --socket"),
            (
                long, nil,
                "the path \(long) has 108 bytes, and the system takes at most 107 for a socket. Give --socket a shorter path"
            ),
            (
                "/no/such/folder/socket", nil,
                "the folder of /no/such/folder/socket does not exist. Create it, or choose another --socket"
            ),
            (path, "no such group", "there is no group \"no such group\". Give --socket-group one that the system has"),
        ] {
            let socket = UnixSocketConfiguration(path: path, group: group)
            #expect(failure(over: .unix) { $0.unixSocket = socket } == expected)
        }
        #expect(FileManager.default.fileExists(atPath: path), "it is somebody's file")
        #expect(!FileManager.default.fileExists(atPath: path + ".lock"), "nothing is created beside it")
        try FileManager.default.removeItem(atPath: path)
    }

    /// Failures that this test cannot cause.
    @Test func rareFailuresAreExplained() throws {
        let (denied, other) = (UVError(code: .permissionDenied, call: "x"), UVError(code: .invalidArgument, call: "x"))
        let address = try #require(servers.start().loop.localAddress(port: 80))
        let (own, shared) = (UnixSocketConfiguration(path: "/s"), UnixSocketConfiguration(path: "/s", group: "g"))
        for (failure, advice) in [
            (.cannotListen(address, denied), "Choose a --port above 1023"),
            (.cannotListen(address, other), "cannot listen on 127.0.0.1:80: "),
            (.noUsableAddress(host: "h", other), "Give another --host"),
            (.socketFile(path: "/s", .folderIsShared), "only you may write to"),
            (.socketFile(path: "/s", .cannotLock(denied)), "Give --socket a path in a folder that you can write to; "),
            (.socketFile(path: "/s", .cannotLock(other)), ": invalid argument. Give --socket a path"),
            (.socketFile(path: "/s", .cannotReplace(other)), "Remove it, or choose another --socket"),
            (.socketAccess(path: "/s", own, other), "Choose another --socket-mode, or another folder"),
            (.socketAccess(path: "/s", shared, other), "Choose a --socket-group that you are a member of"),
            (.unixSocket(path: "/s", other), "invalid argument. Choose another --socket"),
            (.processGuard(other), "guards commands: "), (.loop(other), "event loop: "),
        ] as [(StartFailure, String)] { #expect(failure.description.contains(advice)) }
    }

    /// The port is free again.
    @Test func withoutItsSocketTheServerDoesNotListenOnTCPEither() throws {
        // No other test takes a port of this address.
        let port = 1024 + Int(getpid()) % 60_000
        let failure = failure {
            ($0.host, $0.port) = ("127.0.0.78", port)
            $0.unixSocket = UnixSocketConfiguration(path: "/no/such/folder/socket")
        }
        #expect(failure.contains("does not exist"))
        // A child that another test starts may listen until its exec.
        let isFree = (1...15_000).contains { _ in
            (try? servers.start { ($0.host, $0.port) = ("127.0.0.78", port) }) != nil
        }
        #expect(isFree)
    }

    /// Until then no other server can run a task: this one has the lock.
    @Test func theSocketStaysUntilTheRunningTaskHasEnded() throws {
        let (gate, dialogue, client) = try servers.gated(over: .unix)
        let path = try #require(dialogue.server.endpoints.first).description
        try client.send(Requests.run(1, "revers", "ab") + Requests.result(2, 1, Requests.wait))
        _ = client.line()
        dialogue.server.stop(.interrupt)
        let late = try dialogue.connect()
        try late.send(Requests.run(1, "echo"))
        #expect(late.replies(1) == ["1 draining"])
        let failure = failure(over: .unix) { $0.unixSocket?.path = path }
        #expect(failure.contains("is served"))
        gate.open()
        #expect(client.replies(1) == ["2 success ba"])
        dialogue.waitForShutdown()
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
