import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A socket that takes connections (`uv_tcp_t`, and a `uv_poll_t` that watches it).
///
/// Not with `uv_listen`: out of descriptors that accepts clients to close them without a word, and where accepting fails for
/// a reason that stays, its loop spins.
@safe package final class TCPListener: Handle {
    /// How long nothing is accepted after a failure that stays, in milliseconds.
    static let rest: UInt64 = 100

    /// How many connections are accepted in one round of the loop, so that those there are get their turn.
    private static let connectionsPerRound = 64

    /// How long a peer may be silent until the system asks whether it is still there, in seconds.
    private static let keepAlive: UInt32 = 60

    private var onConnection: ((Result<TCPStream, UVError>) -> Void)?
    private var watcher: ReadinessWatcher?
    private var restTimer: Timer?

    /// Takes a connection of a listening socket: its descriptor, or an error code. Tests put failures in its place.
    var acceptNext: (_ socket: Int32) -> Int32 = uv_task_accept

    /// Takes an address and begins to take connections (`uv_tcp_bind`, `listen`).
    ///
    /// - Parameters:
    ///   - backlog: how many connections may wait to be accepted; the system may have a lower limit.
    ///   - onConnection: called with each connection, which has its delay disabled, is kept alive and does not read
    ///     yet; or with a failure to accept that is more than one connection's, and after which nothing is accepted for
    ///     a while: ten times a second at most.
    package init(
        on loop: EventLoop, address: SocketAddress, backlog: Int,
        onConnection: @escaping (Result<TCPStream, UVError>) -> Void
    ) throws(UVError) {
        try super.init(UV_TCP, on: loop, "uv_tcp_init") {
            uv_tcp_init(loop.raw, $0.assumingMemoryBound(to: uv_tcp_t.self))
        }
        self.onConnection = onConnection
        do {
            try listen(on: address, backlog: backlog)
        } catch {
            close()
            throw error
        }
    }

    private func listen(on address: SocketAddress, backlog: Int) throws(UVError) {
        try check("uv_tcp_bind", address.withRaw { uv_tcp_bind(tcp, $0, 0) })
        // An address in use is not told by uv_tcp_bind itself. Without this the system would choose another port.
        var storage = sockaddr_storage()
        var size = Int32(MemoryLayout<sockaddr_storage>.size)
        let bound = withUnsafeMutableBytes(of: &storage) {
            uv_tcp_getsockname(tcp, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
        }
        try check("uv_tcp_bind", bound)
        // What is accepted inherits it.
        try check("uv_tcp_keepalive", uv_tcp_keepalive(tcp, 1, Self.keepAlive))
        guard let socket else { throw UVError(code: .invalidArgument, call: "uv_fileno") }
        if systemListen(socket, Int32(clamping: backlog)) != 0 {
            throw UVError(code: UVError.Code(rawValue: uv_translate_sys_error(errno)), call: "listen")
        }
        restTimer = try Timer(on: loop)
        watcher = try ReadinessWatcher(socket, on: loop)
        watch()
    }

    private var tcp: UnsafeMutablePointer<uv_tcp_t> { raw.assumingMemoryBound(to: uv_tcp_t.self) }

    private var socket: Int32? {
        var descriptor: Int32 = -1
        return uv_fileno(handle, &descriptor) == 0 ? descriptor : nil
    }

    /// The address that it has; its port is the one that the system chose where 0 was asked for.
    package var address: SocketAddress? {
        guard !isClosing else { return nil }
        return socketAddress { uv_tcp_getsockname(tcp, $0, $1) }
    }

    private func watch() {
        watcher?.start { [unowned self] failure in
            if let failure { rest(after: failure) } else { acceptWaiting() }
        }
    }

    /// In this order: the watcher must let go of the socket before it is closed.
    override func willClose() {
        onConnection = nil
        watcher?.close()
        restTimer?.close()
    }

    // MARK: Accepting

    private func acceptWaiting() {
        for _ in 0..<Self.connectionsPerRound {
            // The owner may close it after any connection.
            guard !isClosing, let socket else { return }
            let result = acceptNext(socket)
            switch result {
            case 0...: guard take(result) else { return }
            case UV_EAGAIN.rawValue: return
            case _ where Self.endsOneConnection(result): continue
            default: return rest(after: UVError(code: UVError.Code(rawValue: result), call: "accept"))
            }
        }
    }

    /// - Returns: false where it could not be, and nothing more is accepted for a while.
    private func take(_ socket: Int32) -> Bool {
        do throws(UVError) {
            let stream = try TCPStream(on: loop)
            do throws(UVError) {
                try stream.open(socket)
            } catch {
                stream.close()
                throw error
            }
            // Without it a connection is slower, and no worse; some systems refuse it where the peer has gone.
            try? stream.disableDelay()
            onConnection?(.success(stream))
            return true
        } catch {
            systemClose(socket)
            rest(after: error)
            return false
        }
    }

    private func rest(after error: UVError) {
        watcher?.stop()
        restTimer?.start(after: Self.rest) { [unowned self] in watch() }
        onConnection?(.failure(error))
    }

    /// Whether a failure concerns the connection that was to be accepted and no other: those that accept(2) says are
    /// to be treated like "try again".
    private static func endsOneConnection(_ code: Int32) -> Bool {
        [
            UV_EINTR, UV_ECONNABORTED, UV_EPROTO, UV_ENETDOWN, UV_ENOPROTOOPT, UV_EHOSTDOWN, UV_ENONET,
            UV_EHOSTUNREACH, UV_ENOTSUP, UV_ENETUNREACH, UV_ETIMEDOUT, UV_ECONNRESET,
        ].contains { $0.rawValue == code }
    }
}

private func systemListen(_ socket: Int32, _ backlog: Int32) -> Int32 { listen(socket, backlog) }

private func systemClose(_ descriptor: Int32) { _ = close(descriptor) }
