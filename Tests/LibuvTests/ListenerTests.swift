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
        listener = try Listener(on: loop, endpoint: .tcp(loopback(on: loop)), backlog: 500) { [unowned self] in
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

    /// Runs the loop for some milliseconds.
    func run(for milliseconds: UInt64) throws {
        let timer = try Timer(on: loop)
        var isOver = false
        timer.start(after: milliseconds) { isOver = true }
        loop.run { isOver }
        timer.close()
    }

    func close() {
        onConnection = {}
        for stream in accepted + clients { stream.close() }
        listener.close()
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }
}

struct ListenerTests {
    @Test func anAddressInUseIsAnErrorAndLeavesNoHandle() throws {
        let loop = try EventLoop()
        let first = try Listener(on: loop, endpoint: .tcp(loopback(on: loop)), backlog: 1) { _ in }
        let endpoint = try #require(first.endpoint)
        #expect(endpoint.port ?? 0 > 0)
        #expect(throws: UVError(code: .addressInUse, call: "uv_tcp_bind")) {
            _ = try Listener(on: loop, endpoint: endpoint, backlog: 1) { _ in }
        }
        first.close()
        #expect(first.endpoint == nil)
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }

    @Test func moreConnectionsThanOneIterationAcceptsAreAllAccepted() throws {
        let connections = try Connections()
        try connections.connect(200)
        var iterations = 0
        var most = 0
        connections.loop.run {
            most = max(most, connections.accepted.count)
            iterations += 1
            return connections.accepted.count == 200 && connections.connected == 200
        }
        #expect(iterations > 3, "other events are served in between")
        #expect(connections.failures.isEmpty)
        connections.close()
    }

    @Test func acceptedSocketsHaveKeepAliveAndNoDelay() throws {
        let connections = try Connections()
        try connections.connect(1)
        connections.loop.run { connections.accepted.count == 1 && connections.connected == 1 }
        let server = try #require(connections.accepted.first?.descriptor)
        #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: server) != 0)
        #expect(option(TCP_NODELAY, Int32(IPPROTO_TCP), of: server) != 0)
        #expect(fcntl(server, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(server, F_GETFL) & O_NONBLOCK != 0)

        let client = try #require(connections.clients.first)
        let socket = try #require(client.descriptor)
        #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: socket) == 0)
        try client.keepAlive(after: 45)
        #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: socket) != 0)
        #if os(Linux)
            #expect(option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), of: server) == 60)
            #expect(option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), of: socket) == 45)
        #endif
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
        connections.onConnection = { connections.listener.close() }
        connections.loop.run { connections.connected == 3 && !connections.accepted.isEmpty }
        try connections.run(for: 30)
        #expect(connections.accepted.count == 1)
        connections.close()
    }
}

/// Injects failures through `acceptNext`.
struct AcceptFailureTests {
    @Test(arguments: [UV_EMFILE, UV_ENFILE, UV_ENOBUFS, UV_ENOMEM, UV_EPERM, UV_EINVAL])
    func aPermanentFailureIsReportedAndPausesTheListener(_ code: uv_errno_t) throws {
        let connections = try Connections()
        var attempts = 0
        connections.listener.acceptNext = { _ in
            attempts += 1
            return code.rawValue
        }
        try connections.connect(2)
        try connections.run(for: 2 * Listener.pauseAfterFailure + Listener.pauseAfterFailure / 2)
        // Two pauses fit, or fewer on a slow machine.
        #expect((1...3).contains(attempts))
        #expect(connections.failures.count == attempts, "one report per pause")
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
