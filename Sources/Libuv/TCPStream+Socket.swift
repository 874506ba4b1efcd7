import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The socket of a stream: its options, and what the system knows of it.
extension TCPStream {
    /// Sends small writes at once (`uv_tcp_nodelay`).
    package func disableDelay() throws(UVError) {
        try checkOpen("uv_tcp_nodelay")
        try check("uv_tcp_nodelay", uv_tcp_nodelay(tcp, 1))
    }

    /// Has the system ask a peer that is silent for so long whether it is still there, and end the connection where
    /// nothing answers (`uv_tcp_keepalive`). To be called once connected.
    ///
    /// - Parameter seconds: 1 to 32767.
    package func keepAlive(after seconds: Int) throws(UVError) {
        try checkOpen("uv_tcp_keepalive")
        try check("uv_tcp_keepalive", uv_tcp_keepalive(tcp, 1, UInt32(seconds)))
    }

    /// The address of the other side, while connected (`uv_tcp_getpeername`).
    package var peer: SocketAddress? {
        guard !isClosing else { return nil }
        return socketAddress { uv_tcp_getpeername(tcp, $0, $1) }
    }

    /// Bytes that were written and that the other side's system has not taken yet: they get fewer also where a slow reader
    /// makes too little room for the system to take more.
    package var untakenBytes: Int { unsentBytes + Int(max(0, descriptor.map(uv_task_unacknowledged) ?? 0)) }

    /// Whether the other side's system has taken all that was written, but for one byte: the end of writing counts as one, and
    /// may be acknowledged late.
    package var hasAllTaken: Bool { untakenBytes <= 1 }

    /// Why the connection has failed, where the system knows and has not told yet (`SO_ERROR`); it tells once.
    package var pendingError: UVError? {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard let descriptor, getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0, error != 0 else {
            return nil
        }
        return UVError(code: UVError.Code(rawValue: uv_translate_sys_error(error)), call: "getsockopt")
    }

    /// Whether closing now would lose nothing: the other side has all that was written, and all that it sent was read.
    /// (A socket that is closed with something unread resets the connection, and what is on its way is thrown away.)
    package var mayCloseSilently: Bool {
        guard let descriptor else { return true }
        // The end of writing counts as a byte, and may be acknowledged late.
        return isDrained && (0...(hasSentEnd ? 1 : 0)).contains(uv_task_unacknowledged(descriptor))
            && uv_task_unread(descriptor) == 0
    }

    /// Whether bytes came in that were not read yet.
    package var hasUnreadInput: Bool { descriptor.map { uv_task_unread($0) > 0 } ?? false }

    /// Closes, and throws away what the other side has not taken (`SO_LINGER`): after `close` the system would hold it for
    /// minutes, for a client that does not read.
    package func reset() {
        if let descriptor {
            var atOnce = linger(l_onoff: 1, l_linger: 0)
            _ = setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }
}
