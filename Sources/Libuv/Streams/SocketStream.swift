import CLibuv

/// A connection over TCP or a unix socket (`uv_tcp_t`).
@safe package final class SocketStream: ByteStream {
    /// Creates an unconnected stream (`uv_tcp_init`).
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(on: loop, "uv_tcp_init") { uv_tcp_init(loop.raw, $0) }
    }

    /// Connects.
    ///
    /// - Parameter completion: called once, with the failure if there is one; before this returns if `endpoint` is a unix
    ///   socket. If the stream is closed first, the failure is `cancelled`.
    /// - Throws: if connecting fails at once; on a unix socket `tryAgain` while the listener's backlog is full.
    package func connect(to endpoint: Endpoint, completion: @escaping (UVError?) -> Void) throws(UVError) {
        try checkOpen("connect")
        try endpoint.connect(pointer(), completion: completion)
    }

    /// Takes ownership of a connected socket (`uv_tcp_open`). If this throws, the socket remains the caller's.
    func open(_ socket: Int32) throws(UVError) {
        try check("uv_tcp_open", uv_tcp_open(pointer(), socket))
    }

    // MARK: Socket options

    /// Sends small writes at once (`uv_tcp_nodelay`).
    package func disableDelay() throws(UVError) {
        try checkOpen("uv_tcp_nodelay")
        try check("uv_tcp_nodelay", uv_tcp_nodelay(pointer(), 1))
    }

    /// Makes the system probe a peer that is silent for `seconds`, and end the connection if the peer does not answer
    /// (`uv_tcp_keepalive`). The stream must be connected.
    ///
    /// - Parameter seconds: 1 to 32767.
    package func keepAlive(after seconds: Int) throws(UVError) {
        try checkOpen("uv_tcp_keepalive")
        try check("uv_tcp_keepalive", uv_tcp_keepalive(pointer(), 1, UInt32(seconds)))
    }

    private func checkOpen(_ call: String) throws(UVError) {
        if isClosing { throw UVError(code: .cancelled, call: call) }
    }

    // MARK: State of the socket

    /// The other end, while connected (`uv_tcp_getpeername`).
    package var peerEndpoint: Endpoint? {
        guard !isClosing else { return nil }
        return try? Endpoint(connectedTo: pointer())
    }

    /// Bytes that were written and that the peer's system has not acknowledged. On a unix socket: bytes that the peer has not
    /// read, including the system's overhead.
    ///
    /// A slow reader lowers this count even while `unsentBytes` stays the same.
    package var unacknowledgedBytes: Int {
        unsentBytes + Int(max(0, descriptor.map(uv_task_unacknowledged) ?? 0))
    }

    /// Bytes that the system has and the peer's system has not. Always 0 on a unix socket: what is written is at the peer.
    private var bytesInTransit: Int {
        guard let descriptor, !uv_task_is_unix(descriptor) else { return 0 }
        return Int(uv_task_unacknowledged(descriptor))
    }

    /// Whether the peer's system has acknowledged everything that was written.
    ///
    /// One byte may be missing: the end of the stream counts as a byte, and may be acknowledged late.
    package var isFullyAcknowledged: Bool { unsentBytes + max(0, bytesInTransit) <= 1 }

    /// The user whose process connected a unix socket (`SO_PEERCRED`). Nil for TCP.
    package var peerUser: UInt32? { descriptor.flatMap { UInt32(exactly: uv_task_peer_user($0)) } }

    /// An error of the connection that no read or write has reported yet (`SO_ERROR`). Reading it clears it.
    package var pendingError: UVError? {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard let descriptor, getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0, error != 0 else {
            return nil
        }
        return UVError(systemError: error, call: "getsockopt")
    }

    /// Whether the connection has ended in both directions (`POLLHUP`). A unix socket reports that of a peer that is gone,
    /// while TCP reports only the end of its sending side, until it is probed or written to.
    package var hasHungUp: Bool { descriptor.map { SmallFile.waitUntilReady($0, 0, timeout: 0) } ?? false }

    /// Whether bytes arrived that were not read yet.
    package var hasUnreadInput: Bool { descriptor.map { uv_task_unread($0) > 0 } ?? false }

    /// Whether closing now loses nothing: the peer has everything that was written, and everything that it sent was read.
    ///
    /// Closing a socket with unread input resets the connection, which discards bytes that are still in transit.
    package var canCloseWithoutLoss: Bool {
        guard let descriptor else { return true }
        // The end of the stream counts as a byte, and may be acknowledged late.
        return isDrained && (0...(hasSentEnd ? 1 : 0)).contains(bytesInTransit)
            && uv_task_unread(descriptor) == 0
    }

    /// Closes the connection and discards what the peer has not acknowledged (`SO_LINGER`). After a plain `close` the
    /// system keeps those bytes for minutes if the peer does not read.
    package func reset() {
        if let descriptor {
            var atOnce = linger(l_onoff: 1, l_linger: 0)
            _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }
}
