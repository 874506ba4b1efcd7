import CLibuv
import Foundation
import Testing

@testable import Libuv

/// Linux's `O_PATH`, which Glibc declares only under _GNU_SOURCE.
private let pathOnly: Int32 = 0o10000000

/// A listener with its clients and accepted streams.
private final class Connections {
    let loop: EventLoop
    private(set) var listener: Listener!
    private(set) var accepted: [SocketStream] = []
    private(set) var failures: [UVError] = []
    private(set) var clients: [SocketStream] = []
    private(set) var connected = 0
    /// Called after each connection.
    var onConnection: () -> Void = {}

    init() throws {
        loop = try EventLoop()
        listener = try Listener(on: loop, endpoint: .tcp(loop.address("127.0.0.1")), backlog: 500) { [unowned self] in
            switch $0 {
            case .success(let stream):
                accepted.append(stream)
                onConnection()
            case .failure(let error): failures.append(error)
            }
        }
    }

    /// Connects `count` clients. The system completes the connections before they are accepted.
    func connect(_ count: Int) throws {
        let endpoint = try #require(listener.endpoint)
        for _ in 0..<count {
            let client = try SocketStream(on: loop)
            clients.append(client)
            try client.connect(to: endpoint) { [self] in connected += $0 == nil ? 1 : 0 }
        }
    }

    func close() {
        onConnection = {}
        for stream in accepted + clients { stream.close() }
        loop.close(listener)
    }
}

struct ListenerTests {
    @Test func moreConnectionsThanOneIterationAcceptsAreAllAccepted() throws {
        let connections = try Connections()
        try connections.connect(200)
        var iterations = 0
        connections.loop.run {
            iterations += 1
            return connections.accepted.count == 200 && connections.connected == 200
        }
        #expect(iterations > 3, "other events are served in between")
        #expect(connections.failures.isEmpty)
        connections.close()
    }

    @Test func acceptedSocketsSendAtOnceAndProbeSilentPeers() throws {
        let connections = try Connections()
        try connections.connect(1)
        connections.loop.run { connections.accepted.count == 1 && connections.connected == 1 }
        let server = try #require(connections.accepted.first?.descriptor)
        #expect(option(TCP_NODELAY, Int32(IPPROTO_TCP), of: server) != 0)
        #expect(fcntl(server, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(server, F_GETFL) & O_NONBLOCK != 0)
        let client = try #require(connections.clients.first)
        let socket = try #require(client.descriptor)
        #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: socket) == 0)
        try client.keepAlive(after: 45)
        for (socket, seconds) in [(server, Int32(60)), (socket, 45)] {
            #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: socket) != 0)
            #if os(Linux)
                #expect(option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), of: socket) == seconds)
            #endif
        }
        connections.close()
        #expect(throws: UVError(code: .cancelled, call: "uv_tcp_keepalive")) { try client.keepAlive(after: 45) }
    }

    private func option(_ name: Int32, _ level: Int32, of socket: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        #expect(getsockopt(socket, level, name, &value, &size) == 0)
        return value
    }

    @Test func aListenerClosedInItsCallbackAcceptsNoMore() throws {
        let connections = try Connections()
        try connections.connect(3)
        // All are connected before the first is accepted.
        connections.listener.acceptNext = { _ in UV_EAGAIN.rawValue }
        connections.loop.run { connections.connected == 3 }
        connections.listener.acceptNext = uv_task_accept
        connections.onConnection = { connections.listener.close() }
        connections.loop.run { !connections.accepted.isEmpty }
        // The system ends the connections that were not accepted.
        let recorder = Recorder()
        for client in connections.clients {
            client.delegate = recorder
            try client.startReading()
        }
        connections.loop.run { recorder.ends.count == 2 }
        #expect(connections.accepted.count == 1)
        connections.close()
    }
}

/// Injects failures through `acceptNext`.
struct AcceptFailureTests {
    @Test(arguments: [UV_EMFILE, UV_ENFILE, UV_ENOBUFS, UV_ENOMEM, UV_EPERM, UV_EINVAL])
    func aPermanentFailureIsReportedAndPausesTheListener(_ code: uv_errno_t) throws {
        let connections = try Connections()
        var events: [String] = []
        // Started with each pause, it fires right before the pause ends.
        let pause = try Timer(on: connections.loop)
        connections.listener.acceptNext = { _ in
            events.append("attempt")
            pause.start(after: Listener.pauseAfterFailure - 1) { events.append("pause") }
            return code.rawValue
        }
        try connections.connect(2)
        connections.loop.run { events.count >= 5 }
        pause.close()
        #expect(events.prefix(5) == ["attempt", "pause", "attempt", "pause", "attempt"])
        #expect(connections.failures.count == events.count { $0 == "attempt" }, "one report per pause")
        #expect(connections.failures.first == UVError(code: UVError.Code(rawValue: code.rawValue), call: "accept"))
        #expect(connections.accepted.isEmpty)

        connections.listener.acceptNext = uv_task_accept
        connections.loop.run { connections.accepted.count == 2 }
        connections.close()
    }

    @Test(arguments: [UV_EINTR, UV_ECONNABORTED, UV_EPROTO, UV_ENETDOWN, UV_EHOSTUNREACH, UV_ENOTSUP, UV_EAGAIN])
    func aFailureOfOneConnectionIsSkipped(_ code: uv_errno_t) throws {
        let connections = try Connections()
        var attempts = 0
        connections.listener.acceptNext = {
            attempts += 1
            return attempts % 2 == 1 ? code.rawValue : uv_task_accept($0)
        }
        try connections.connect(100)
        connections.loop.run { connections.accepted.count == 100 || !connections.failures.isEmpty }
        #expect(connections.failures.isEmpty)
        connections.close()
    }

    @Test func anUnusableSocketIsReportedAndClosed() throws {
        let connections = try Connections()
        var unusable: Int32 = -1
        connections.listener.acceptNext = { [listener = connections.listener] in
            listener?.acceptNext = uv_task_accept
            // A descriptor that is open but unusable: its number cannot belong to another test when it is closed.
            let place = open("/", pathOnly | O_CLOEXEC)
            unusable = dup2(place, uv_task_accept($0))
            close(place)
            return unusable
        }
        try connections.connect(2)
        connections.loop.run { connections.accepted.count == 1 && !connections.failures.isEmpty }
        #expect(connections.failures.map(\.name) == ["EBADF"])
        let flags = fcntl(unusable, F_GETFL)
        #expect(flags == -1 || flags & pathOnly == 0, "closed, or reused by another test")
        connections.close()
    }

    @Test func aListenerCanBeClosedDuringAPause() throws {
        let connections = try Connections()
        connections.listener.acceptNext = { _ in UV_ENFILE.rawValue }
        try connections.connect(1)
        connections.loop.run { !connections.failures.isEmpty }
        connections.close()
    }
}
