import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A listening socket (`uv_tcp_t`), with an accept loop over a `PollHandle`.
///
/// `uv_listen` is not used: without free descriptors it accepts and closes connections silently, and it spins if accepting
/// keeps failing.
@safe package final class Listener: Handle {
    /// The pause after an accept failure that concerns the whole listener, in milliseconds.
    static let pauseAfterFailure: UInt64 = 100

    /// The most connections accepted in one loop iteration, so that existing connections are served in between.
    private static let connectionsPerIteration = 64

    private let isTCP: Bool
    private var onConnection: ((Result<SocketStream, UVError>) -> Void)?
    private var poll: PollHandle?
    private var pauseTimer: Timer?

    /// Accepts a connection and returns its descriptor or a libuv error code. Tests replace it to inject failures.
    var acceptNext: (_ socket: Int32) -> Int32 = uv_task_accept

    /// Binds to an endpoint. Connections are refused until `listen` is called.
    ///
    /// - Parameters:
    ///   - endpoint: with TCP port 0 the system chooses a free port.
    ///   - onConnection: called with each connection, which does not read yet. Called with an error if accepting fails
    ///     for a reason that concerns more than one connection; the listener then pauses for 100 ms.
    package init(
        on loop: EventLoop, boundTo endpoint: Endpoint,
        onConnection: @escaping (Result<SocketStream, UVError>) -> Void
    ) throws(UVError) {
        isTCP = endpoint.port != nil
        try super.init(on: loop, "uv_tcp_init") { uv_tcp_init(loop.raw, $0) }
        self.onConnection = onConnection
        try onFailure(close) { () throws(UVError) in try endpoint.bind(pointer()) }
    }

    /// Binds to an endpoint and starts listening.
    package convenience init(
        on loop: EventLoop, endpoint: Endpoint, backlog: Int,
        onConnection: @escaping (Result<SocketStream, UVError>) -> Void
    ) throws(UVError) {
        try self.init(on: loop, boundTo: endpoint, onConnection: onConnection)
        try onFailure(close) { () throws(UVError) in try listen(backlog: backlog) }
    }

    /// Starts listening. Must be called once.
    ///
    /// - Parameter backlog: how many connections may wait to be accepted; the system may have a lower limit.
    package func listen(backlog: Int) throws(UVError) {
        guard let descriptor else { throw UVError(code: .invalidArgument, call: "uv_fileno") }
        guard systemListen(descriptor, Int32(clamping: backlog)) == 0 else {
            throw UVError(systemError: errno, call: "listen")
        }
        pauseTimer = try Timer(on: loop)
        poll = try PollHandle(descriptor, on: loop)
        resume()
    }

    /// The bound endpoint, with the port that the system chose. Nil once closed.
    package var endpoint: Endpoint? {
        guard !isClosing else { return nil }
        return try? Endpoint(boundBy: pointer())
    }

    override func willClose() {
        onConnection = nil
        // Before the socket is closed: libuv must not poll a closed descriptor.
        poll?.close()
        pauseTimer?.close()
    }

    // MARK: Accepting

    private func resume() {
        poll?.start { [unowned self] failure in
            if let failure { pause(after: failure) } else { acceptWaiting() }
        }
    }

    private func pause(after error: UVError) {
        poll?.stop()
        pauseTimer?.start(after: Self.pauseAfterFailure) { [unowned self] in resume() }
        onConnection?(.failure(error))
    }

    private func acceptWaiting() {
        for _ in 0..<Self.connectionsPerIteration {
            // The owner may close the listener in any callback.
            guard let descriptor else { return }
            let result = acceptNext(descriptor)
            switch result {
            case 0...: guard adopt(result) else { return }
            case UV_EAGAIN.rawValue: return
            case _ where Self.concernsOneConnection(result): continue
            default: return pause(after: UVError(code: UVError.Code(rawValue: result), call: "accept"))
            }
        }
    }

    /// - Returns: false if no stream can be made of the socket; the listener is then paused.
    private func adopt(_ socket: Int32) -> Bool {
        do throws(UVError) {
            let stream = try SocketStream(on: loop)
            try onFailure(stream.close) { () throws(UVError) in try stream.open(socket) }
            // Some systems refuse the option if the peer has gone. Without it the connection works, but slower.
            if isTCP { try? stream.disableDelay() }
            onConnection?(.success(stream))
            return true
        } catch {
            closeDescriptor(socket)
            pause(after: error)
            return false
        }
    }

    /// Whether a failure concerns only the connection to be accepted. accept(2) says to treat these like EAGAIN.
    private static func concernsOneConnection(_ code: Int32) -> Bool {
        [
            UV_EINTR, UV_ECONNABORTED, UV_EPROTO, UV_ENETDOWN, UV_ENOPROTOOPT, UV_EHOSTDOWN, UV_ENONET,
            UV_EHOSTUNREACH, UV_ENOTSUP, UV_ENETUNREACH, UV_ETIMEDOUT, UV_ECONNRESET,
        ].contains { $0.rawValue == code }
    }
}

/// `listen` of the system, whose name the method has, too.
private func systemListen(_ socket: Int32, _ backlog: Int32) -> Int32 { listen(socket, backlog) }
