import CLibuv
import Foundation
import Testing

@testable import Libuv

/// Linux's `O_PATH`, which its headers show to those alone who ask for it.
private let pathOnly: Int32 = 0o10000000

/// A listener, the clients that connect to it, and what it told.
private final class Crowd {
    let loop: EventLoop
    private(set) var listener: TCPListener!
    private(set) var accepted: [TCPStream] = []
    private(set) var failures: [UVError] = []
    private(set) var clients: [TCPStream] = []
    private(set) var connected = 0
    /// Called after each connection.
    var onConnection: () -> Void = {}

    init() throws {
        loop = try EventLoop()
        listener = try TCPListener(on: loop, address: loopback(on: loop), backlog: 500) { [unowned self] in
            switch $0 {
            case .success(let stream):
                accepted.append(stream)
                onConnection()
            case .failure(let error): failures.append(error)
            }
        }
    }

    /// Has `count` more clients connect, which the system does before anything is accepted.
    func connect(_ count: Int) throws {
        let address = try #require(listener.address)
        for _ in 0..<count {
            let client = try TCPStream(on: loop)
            clients.append(client)
            try client.connect(to: address) { [self] in connected += $0 == nil ? 1 : 0 }
        }
    }

    /// Runs the loop for so many milliseconds.
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

struct TCPListenerTests {
    @Test func anAddressInUseIsAnErrorThatLeavesNothing() throws {
        let loop = try EventLoop()
        let first = try TCPListener(on: loop, address: loopback(on: loop), backlog: 1) { _ in }
        let address = try #require(first.address)
        #expect(address.port > 0)
        #expect(throws: UVError(code: .addressInUse, call: "uv_tcp_bind")) {
            _ = try TCPListener(on: loop, address: address, backlog: 1) { _ in }
        }
        first.close()
        #expect(first.address == nil)
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }

    @Test func moreClientsThanOneRoundTakesAreAllAccepted() throws {
        let crowd = try Crowd()
        try crowd.connect(200)
        var rounds = 0
        var most = 0
        crowd.loop.run {
            most = max(most, crowd.accepted.count)
            rounds += 1
            return crowd.accepted.count == 200 && crowd.connected == 200
        }
        #expect(rounds > 3, "others had their turns in between")
        #expect(crowd.failures.isEmpty)
        crowd.close()
    }

    @Test func whatIsAcceptedIsKeptAliveAndNotDelayed() throws {
        let crowd = try Crowd()
        try crowd.connect(1)
        crowd.loop.run { crowd.accepted.count == 1 && crowd.connected == 1 }
        let server = try #require(crowd.accepted.first?.descriptor)
        #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: server) != 0)
        #expect(option(TCP_NODELAY, Int32(IPPROTO_TCP), of: server) != 0)
        #expect(fcntl(server, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(server, F_GETFL) & O_NONBLOCK != 0)

        let client = try #require(crowd.clients.first)
        let socket = try #require(client.descriptor)
        #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: socket) == 0)
        try client.keepAlive(after: 45)
        #expect(option(SO_KEEPALIVE, SOL_SOCKET, of: socket) != 0)
        #if os(Linux)
            #expect(option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), of: server) == 60)
            #expect(option(TCP_KEEPIDLE, Int32(IPPROTO_TCP), of: socket) == 45)
        #endif
        crowd.close()
        #expect(throws: UVError(code: .cancelled, call: "uv_tcp_keepalive")) { try client.keepAlive(after: 45) }
    }

    private func option(_ name: Int32, _ level: Int32, of socket: Int32) -> Int32 {
        var value: Int32 = -1
        var size = socklen_t(MemoryLayout<Int32>.size)
        #expect(getsockopt(socket, level, name, &value, &size) == 0)
        return value
    }

    @Test func aListenerClosedByItsOwnConnectionTakesNoMore() throws {
        let crowd = try Crowd()
        try crowd.connect(3)
        crowd.onConnection = { crowd.listener.close() }
        crowd.loop.run { crowd.connected == 3 && !crowd.accepted.isEmpty }
        try crowd.run(for: 30)
        #expect(crowd.accepted.count == 1)
        crowd.close()
    }
}

/// The system refuses to hand out connections; `acceptNext` stands in its place.
struct AcceptFailureTests {
    @Test(arguments: [UV_EMFILE, UV_ENFILE, UV_ENOBUFS, UV_ENOMEM, UV_EPERM, UV_EINVAL])
    func aFailureThatStaysIsToldAndRested(_ code: uv_errno_t) throws {
        let crowd = try Crowd()
        var attempts = 0
        crowd.listener.acceptNext = { _ in
            attempts += 1
            return code.rawValue
        }
        try crowd.connect(2)
        try crowd.run(for: 2 * TCPListener.rest + TCPListener.rest / 2)
        // Two rests fit, or fewer where the machine is slow.
        #expect((1...3).contains(attempts))
        #expect(crowd.failures.count == attempts, "told once for each rest")
        #expect(crowd.failures.first == UVError(code: UVError.Code(rawValue: code.rawValue), call: "accept"))
        #expect(crowd.accepted.isEmpty)

        crowd.listener.acceptNext = uv_task_accept
        crowd.loop.run { crowd.accepted.count == 2 }
        crowd.close()
    }

    @Test(arguments: [UV_EINTR, UV_ECONNABORTED, UV_EPROTO, UV_ENETDOWN, UV_EHOSTUNREACH, UV_ENOTSUP, UV_EAGAIN])
    func aFailureOfOneConnectionIsPassedOver(_ code: uv_errno_t) throws {
        let crowd = try Crowd()
        var attempts = 0
        crowd.listener.acceptNext = {
            attempts += 1
            return attempts % 2 == 1 ? code.rawValue : uv_task_accept($0)
        }
        try crowd.connect(100)
        let began = crowd.loop.preciseNow
        crowd.loop.run { crowd.accepted.count == 100 || !crowd.failures.isEmpty }
        #expect(crowd.failures.isEmpty)
        #expect(crowd.loop.preciseNow - began < 5000, "without any rest")
        crowd.close()
    }

    @Test func aConnectionThatCannotBeUsedIsToldAndLeavesNothing() throws {
        let crowd = try Crowd()
        var unusable: Int32 = -1
        crowd.listener.acceptNext = { [listener = crowd.listener] in
            listener?.acceptNext = uv_task_accept
            // Open, so that who closes it closes no other test's, and good for nothing.
            let place = open("/", pathOnly | O_CLOEXEC)
            unusable = dup2(place, uv_task_accept($0))
            close(place)
            return unusable
        }
        try crowd.connect(2)
        crowd.loop.run { crowd.accepted.count == 1 && !crowd.failures.isEmpty }
        #expect(crowd.failures.map(\.name) == ["EBADF"])
        let flags = fcntl(unusable, F_GETFL)
        #expect(flags == -1 || flags & pathOnly == 0, "it is closed, if it is not another test's by now")
        crowd.close()
    }

    @Test func aListenerMayBeClosedWhileItRests() throws {
        let crowd = try Crowd()
        crowd.listener.acceptNext = { _ in UV_ENFILE.rawValue }
        try crowd.connect(1)
        crowd.loop.run { !crowd.failures.isEmpty }
        crowd.close()
    }
}
