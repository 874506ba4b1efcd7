import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a `TCPStream` tells its owner, on the loop's thread. After `close` it tells nothing more.
package protocol TCPStreamDelegate: AnyObject {
    /// Bytes came in; they are gone when this returns.
    func streamDidRead(_ bytes: Span<UInt8>)

    /// The stream ended: orderly by the peer's end of sending (nil), or by a failure of a read or a write.
    /// After the peer's end the stream can still be written to.
    func streamDidEnd(_ error: UVError?)

    /// Everything that was written has been handed to the system.
    func streamDidDrain()
}

/// One TCP connection (`uv_tcp_t`). It keeps its delegate alive until it is closed.
@safe package final class TCPStream: Handle {
    package var delegate: (any TCPStreamDelegate)?

    /// Writes that libuv holds because the socket was full.
    private var pendingWrites = 0

    private var isReading = false

    private var hasSentEnd = false

    /// An unconnected stream (`uv_tcp_init`).
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(UV_TCP, on: loop, "uv_tcp_init") {
            uv_tcp_init(loop.raw, $0.assumingMemoryBound(to: uv_tcp_t.self))
        }
    }

    private var tcp: UnsafeMutablePointer<uv_tcp_t> { raw.assumingMemoryBound(to: uv_tcp_t.self) }
    private var stream: UnsafeMutablePointer<uv_stream_t> { raw.assumingMemoryBound(to: uv_stream_t.self) }

    /// Connects (`uv_tcp_connect`).
    ///
    /// - Parameter completion: called once, with the failure if there was one; with `cancelled` where the stream is
    ///   closed before, and that is told even then.
    package func connect(
        to address: SocketAddress, completion: @escaping (UVError?) -> Void
    ) throws(UVError) {
        try checkOpen("uv_tcp_connect")
        try Request<uv_connect_t, Int32>.start(
            "uv_tcp_connect",
            completion: { status in
                do throws(UVError) {
                    try check("uv_tcp_connect", status)
                    completion(nil)
                } catch { completion(error) }
            }
        ) { request in address.withRaw { uv_tcp_connect(request, tcp, $0, connectDidEnd) } }
    }

    /// Takes over a connected socket, which it closes with itself (`uv_tcp_open`). Where this throws, it is the caller's still.
    func open(_ socket: Int32) throws(UVError) {
        try check("uv_tcp_open", uv_tcp_open(tcp, socket))
    }

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

    private func checkOpen(_ call: String) throws(UVError) {
        if isClosing { throw UVError(code: .cancelled, call: call) }
    }

    /// The address of the other side, while connected (`uv_tcp_getpeername`).
    package var peer: SocketAddress? {
        guard !isClosing else { return nil }
        return socketAddress { uv_tcp_getpeername(tcp, $0, $1) }
    }

    /// Reads into the loop's buffer (`uv_read_start`). May be called while already reading.
    package func startReading() throws(UVError) {
        guard !isClosing, !isReading else { return }
        try check("uv_read_start", uv_read_start(stream, offerReadBuffer, streamDidRead))
        isReading = true
    }

    /// Leaves what comes in to the system's buffer (`uv_read_stop`). The end of the stream is then not noticed either.
    package func stopReading() {
        guard !isClosing, isReading else { return }
        uv_read_stop(stream)
        isReading = false
    }

    /// Whether nothing that was written is still held here.
    package var isDrained: Bool { pendingWrites == 0 }

    /// Bytes that were written and that the system has not taken yet (`uv_stream_get_write_queue_size`).
    package var unsentBytes: Int { isClosing ? 0 : uv_stream_get_write_queue_size(stream) }

    /// Bytes that were written and that the other side's system has not taken yet: they get fewer also where a slow reader
    /// makes too little room for the system to take more.
    package var untakenBytes: Int { unsentBytes + Int(max(0, socket.map(uv_task_unacknowledged) ?? 0)) }

    /// Whether closing now would lose nothing: the other side has all that was written, and all that it sent was read.
    /// (A socket that is closed with something unread resets the connection, and what is on its way is thrown away.)
    package var mayCloseSilently: Bool {
        guard let socket else { return true }
        // The end of writing counts as a byte, and may be acknowledged late.
        return isDrained && (0...(hasSentEnd ? 1 : 0)).contains(uv_task_unacknowledged(socket))
            && uv_task_unread(socket) == 0
    }

    /// Whether bytes came in that were not read yet.
    package var hasUnreadInput: Bool { socket.map { uv_task_unread($0) > 0 } ?? false }

    /// The socket's descriptor (`uv_fileno`).
    var socket: Int32? {
        var descriptor: Int32 = -1
        guard !isClosing, uv_fileno(handle, &descriptor) == 0 else { return nil }
        return descriptor
    }

    /// Writes at once what the socket takes (`uv_try_write`); a copy of what is left goes out as the
    /// peer reads (`uv_write`), and `streamDidDrain` tells when it has. What is held has no bound: wait for that.
    ///
    /// - Throws: `UVError` where the connection has failed; it is of no more use then.
    package func write(_ bytes: Span<UInt8>) throws(UVError) {
        guard !isClosing, bytes.count > 0 else { return }
        var sent = 0
        if isDrained {
            let result = bytes.withUnsafeBufferPointer { withBuffer($0) { uv_try_write(stream, $0, 1) } }
            if result != UVError.Code.tryAgain.rawValue { sent = Int(try check("uv_try_write", result)) }
        }
        if sent < bytes.count { try queue(bytes.extracting(sent...)) }
    }

    private func queue(_ bytes: Span<UInt8>) throws(UVError) {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        bytes.withUnsafeBufferPointer { _ = copy.initialize(from: $0) }
        do {
            try Request<uv_write_t, Int32>.start(
                "uv_write",
                completion: { [self] status in
                    copy.deallocate()
                    didWrite(status)
                }
            ) { request in withBuffer(UnsafeBufferPointer(copy)) { uv_write(request, stream, $0, 1, writeDidEnd) } }
        } catch {
            copy.deallocate()
            throw error
        }
        pendingWrites += 1
    }

    private func didWrite(_ status: Int32) {
        pendingWrites -= 1
        do throws(UVError) {
            try check("uv_write", status)
            if isDrained { delegate?.streamDidDrain() }
        } catch {
            delegate?.streamDidEnd(error)
        }
    }

    /// Ends the sending side once all that was written has gone out (`uv_shutdown`); reading goes on.
    package func shutDownWriting() throws(UVError) {
        guard !isClosing else { return }
        try Request<uv_shutdown_t, Int32>.start("uv_shutdown", completion: { [self] in hasSentEnd = $0 == 0 }) {
            uv_shutdown($0, stream, shutdownDidEnd)
        }
    }

    /// Closes, and throws away what the other side has not taken (`SO_LINGER`): after `close` the system would hold it for
    /// minutes, for a client that does not read.
    package func reset() {
        if let socket {
            var atOnce = linger(l_onoff: 1, l_linger: 0)
            _ = setsockopt(socket, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
        }
        close()
    }

    override func willClose() { delegate = nil }

    fileprivate func didRead(_ count: Int) {
        if count > 0 {
            delegate?.streamDidRead(UnsafeBufferPointer(rebasing: loop.readBuffer[..<count]).span)
        } else if count < 0 {
            // libuv itself has stopped reading.
            isReading = false
            let isOrderly = count == Int(UV_EOF.rawValue)
            delegate?.streamDidEnd(
                isOrderly ? nil : UVError(code: UVError.Code(rawValue: Int32(count)), call: "read"))
        }
    }
}

private func withBuffer<Result>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafePointer<uv_buf_t>) -> Result
) -> Result {
    let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
    var buffer = uv_buf_t(base: base, len: bytes.count)
    return body(&buffer)
}

/// Asks libuv for an address of a socket; nil where there is none.
func socketAddress(
    _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
) -> SocketAddress? {
    var storage = sockaddr_storage()
    var size = Int32(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
        let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
        return ask(address, &size) == 0 ? SocketAddress(address) : nil
    }
}

private func offerReadBuffer(
    _ handle: UnsafeMutablePointer<uv_handle_t>?, _ suggested: Int, _ buffer: UnsafeMutablePointer<uv_buf_t>?
) {
    let bytes = EventLoop.of(handle!).readBuffer
    buffer!.pointee = uv_buf_t(
        base: UnsafeMutableRawPointer(bytes.baseAddress!).assumingMemoryBound(to: CChar.self), len: bytes.count)
}

private func streamDidRead(
    _ stream: UnsafeMutablePointer<uv_stream_t>?, _ count: Int, _ buffer: UnsafePointer<uv_buf_t>?
) {
    TCPStream.of(stream!).didRead(count)
}

private func connectDidEnd(_ request: UnsafeMutablePointer<uv_connect_t>?, _ status: Int32) {
    Request<uv_connect_t, Int32>.complete(request, status)
}

private func writeDidEnd(_ request: UnsafeMutablePointer<uv_write_t>?, _ status: Int32) {
    Request<uv_write_t, Int32>.complete(request, status)
}

private func shutdownDidEnd(_ request: UnsafeMutablePointer<uv_shutdown_t>?, _ status: Int32) {
    Request<uv_shutdown_t, Int32>.complete(request, status)
}
