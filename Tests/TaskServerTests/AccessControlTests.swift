import Foundation
import Libuv
import TaskCore
import TaskQueue
import TestServers
import Testing

@testable import TaskServer

/// Which connections are served. All clients are this process, so a server is told that another user runs it.
struct AccessControlTests {
    private let servers = Servers()
    private static let stranger = UserID(rawValue: ownUser ^ 1)

    /// Whether a client that sends a request at once is answered.
    private func isServed(_ dialogue: Dialogue) throws -> Bool {
        dialogue.server.lingerTime = 3_600_000
        let client = try dialogue.connect()
        try client.send(Legacy.run("echo") + Requests.run(1, "script"))
        guard client.replies(1) == ["- not_allowed"] else { return dialogue.server.queue.counts.submitted > 0 }
        client.expectClosed()
        #expect(client.error == nil, "closed, not reset")
        return false
    }

    /// - Parameter other: whether the server and the client belong to different users.
    @Test(
        arguments: [
            (tcpUsers: nil, hasCommands: false, other: true, served: true),
            (tcpUsers: nil, hasCommands: true, other: true, served: false),
            (tcpUsers: nil, hasCommands: true, other: false, served: true),
            (tcpUsers: .same, hasCommands: false, other: true, served: false),
            (tcpUsers: .same, hasCommands: true, other: false, served: true),
            (tcpUsers: .any, hasCommands: true, other: true, served: true),
        ] as [(TCPUsers?, Bool, Bool, Bool)])
    func tcpUsersDecidesWhetherOtherUsersAreServedOverLoopback(
        tcpUsers: TCPUsers?, hasCommands: Bool, other: Bool, served: Bool
    ) throws {
        let types = TaskType.builtIn + (hasCommands ? [script("true")] : [])
        let dialogue = try servers.start(types: types) {
            $0.tcpUsers = tcpUsers
            if other { $0.ownUser = Self.stranger }
        }
        #expect(try isServed(dialogue) == served)
        #expect(dialogue.refused(.notAllowed) == (served ? 0 : 1))
        #expect((dialogue.server.queue.counts.submitted == 0) == !served)
    }

    @Test func whoCanOpenAUnixSocketOrReachesATrustedNetworkMayUseIt() throws {
        let overUnix = try servers.start(over: .unix, types: [script("true")]) {
            $0.tcpUsers = .same
            $0.ownUser = Self.stranger
        }
        let overNetwork = try servers.start(types: [script("true")]) {
            $0.host = "0.0.0.0"
            $0.trustsNetwork = true
            $0.ownUser = Self.stranger
        }
        for dialogue in [overUnix, overNetwork] { #expect(try isServed(dialogue)) }
    }

    /// The system reports user 0 for it, which must not be taken for root.
    @Test func aClientThatHasLeftBeforeItWasAcceptedRunsNothing() throws {
        let dialogue = try servers.start(types: [script("true")])
        // The loop does not run until the client has closed its socket.
        let port = try #require(dialogue.server.endpoints.first?.port)
        try ImpatientClient(to: port).sendAndLeave(Requests.run(1, "script"))
        while try hasOwner(clientOf: port) {}
        dialogue.wait("the refusal") { dialogue.refused(.notAllowed) == 1 }
        #expect(dialogue.server.connections.accepted == 0 && dialogue.server.queue.counts.submitted == 0)
    }

    @Test func aStrangerTakesNoPlaceOfThoseWhoMayConnect() throws {
        let dialogue = try servers.start(types: [script("true")]) {
            $0.limits.connections = 1
            $0.ownUser = Self.stranger
            $0.unixSocket = UnixSocketConfiguration(path: temporaryPath())
        }
        #expect(try dialogue.connect().replies(1) == ["- not_allowed"])
        let insider = try dialogue.connect(over: .unix)
        try insider.send(Requests.other(1, "list"))
        #expect(insider.replies(1) == ["1 answered"])
    }

    @Test(arguments: Transport.allCases) func thePeersUserIsKnown(over transport: Transport) throws {
        let (dialogue, client) = try servers.withClient(over: transport)
        let endpoint = try #require(dialogue.server.endpoints.first)
        let connection = try dialogue.connection(of: client)
        let access = AccessControl(dialogue.server.configuration, dialogue.server.catalog)
        #expect(access.peer(of: connection.stream, on: endpoint).user == UserID(rawValue: ownUser))
    }

    @Test func theRefusalSaysWhatToDo() {
        let (alice, bob) = (UserID(rawValue: 1000), UserID(rawValue: 1001))
        let rule = "only user 1000, who runs the server, may use it over TCP;"
        #expect(
            Refusal.notAllowed(bob, owner: alice, socket: "/run/s").message == "\(rule) use its unix socket /run/s")
        #expect(
            Refusal.notAllowed(nil, owner: alice, socket: nil).message
                == "the system does not say which user connects, and \(rule) ask that user for a unix socket (--socket), "
                + "or for --tcp-users any")
    }
}

/// A client without an event loop: it sends and leaves while the loop of the server does not run.
private struct ImpatientClient {
    private let descriptor: Int32

    init(to port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    func sendAndLeave(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(send(descriptor, bytes, bytes.count, 0) == bytes.count)
        close(descriptor)
    }
}

/// Whether a process has the socket of a port's client. A child that another test starts may have a copy until its exec.
private func hasOwner(clientOf port: Int) throws -> Bool {
    let remote = String(format: "0100007F:%04X", port)
    return try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).split(separator: "\n").contains {
        let fields = $0.split(separator: " ")
        return fields[2] == remote && fields[9] != "0"
    }
}
