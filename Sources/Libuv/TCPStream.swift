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

    /// Whether the end of the connection will be noticed.
    package private(set) var isReading = false

    private(set) var hasSentEnd = false

    /// An unconnected stream (`uv_tcp_init`).
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(UV_TCP, on: loop, "uv_tcp_init") {
            uv_tcp_init(loop.raw, $0.assumingMemoryBound(to: uv_tcp_t.self))
        }
    }

    var tcp: UnsafeMutablePointer<uv_tcp_t> { raw.assumingMemoryBound(to: uv_tcp_t.self) }
    var stream: UnsafeMutablePointer<uv_stream_t> { raw.assumingMemoryBound(to: uv_stream_t.self) }

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
