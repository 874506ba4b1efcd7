import CLibuv

/// A socket that takes connections (`uv_tcp_t`).
@safe package final class TCPListener: Handle {
    private var onConnection: ((Result<TCPStream, UVError>) -> Void)?

    /// Takes an address and begins to take connections (`uv_tcp_bind`, `uv_listen`).
    ///
    /// - Parameters:
    ///   - backlog: how many connections may wait to be accepted; the system may have a lower limit.
    ///   - onConnection: called with each connection, which has its delay disabled and does not read
    ///     yet, or with the failure to accept one.
    package init(
        on loop: EventLoop, address: SocketAddress, backlog: Int,
        onConnection: @escaping (Result<TCPStream, UVError>) -> Void
    ) throws(UVError) {
        try super.init(UV_TCP, on: loop, "uv_tcp_init") {
            uv_tcp_init(loop.raw, $0.assumingMemoryBound(to: uv_tcp_t.self))
        }
        self.onConnection = onConnection
        do {
            try check("uv_tcp_bind", address.withRaw { uv_tcp_bind(tcp, $0, 0) })
            try check("uv_listen", uv_listen(stream, Int32(clamping: backlog), connectionDidArrive))
        } catch {
            close()
            throw error
        }
    }

    private var tcp: UnsafeMutablePointer<uv_tcp_t> { raw.assumingMemoryBound(to: uv_tcp_t.self) }
    private var stream: UnsafeMutablePointer<uv_stream_t> { raw.assumingMemoryBound(to: uv_stream_t.self) }

    /// The address that it has; its port is the one that the system chose where 0 was asked for.
    package var address: SocketAddress? {
        guard !isClosing else { return nil }
        return socketAddress { uv_tcp_getsockname(tcp, $0, $1) }
    }

    override func willClose() { onConnection = nil }

    fileprivate func didArrive(_ status: Int32) {
        do throws(UVError) {
            try check("accept", status)
            let stream = try TCPStream(on: loop)
            do throws(UVError) {
                try stream.accept(from: self.stream)
                try stream.disableDelay()
            } catch {
                stream.close()
                throw error
            }
            onConnection?(.success(stream))
        } catch {
            onConnection?(.failure(error))
        }
    }
}

private func connectionDidArrive(_ listener: UnsafeMutablePointer<uv_stream_t>?, _ status: Int32) {
    TCPListener.of(listener!).didArrive(status)
}
