import CLibuv

/// What a `ByteStream` tells its owner, on the loop's thread. After `close` it tells nothing more.
package protocol ByteStreamDelegate: AnyObject {
    /// Bytes came in; they are gone when this returns.
    func streamDidRead(_ bytes: Span<UInt8>)

    /// The stream ended: orderly by the peer's end of sending (nil), or by a failure of a read or a write.
    /// After the peer's end a connection can still be written to.
    func streamDidEnd(_ error: UVError?)

    /// Everything that was written has been handed to the system.
    func streamDidDrain()
}

/// What bytes go through: a connection or a pipe (`uv_stream_t`). It keeps its delegate alive until it is closed.
@safe package class ByteStream: Handle {
    // The small ones first: they fit in behind what a handle has, and there are as many streams as connections. All are private:
    // what only this file can be at needs no check at run time whether others are at it too.

    private final var reads = false

    /// Whether the peer was told that nothing more comes.
    private(set) final var hasSentEnd = false

    /// Writes that libuv holds because the system takes no more.
    private final var pendingWrites: Int32 = 0

    private final var listener: (any ByteStreamDelegate)?

    /// Who is told what comes; nobody once it is closed.
    package final var delegate: (any ByteStreamDelegate)? {
        get { listener }
        set { listener = newValue }
    }

    /// Whether the end of the stream will be noticed.
    package final var isReading: Bool { reads }

    final var stream: UnsafeMutablePointer<uv_stream_t> { raw.assumingMemoryBound(to: uv_stream_t.self) }

    /// Reads into the loop's buffer (`uv_read_start`). May be called while already reading.
    package final func startReading() throws(UVError) {
        guard !isClosing, !reads else { return }
        try check("uv_read_start", uv_read_start(stream, offerReadBuffer, streamDidRead))
        reads = true
    }

    /// Leaves what comes in to the system's buffer (`uv_read_stop`). The end of the stream is then not noticed either.
    package final func stopReading() {
        guard !isClosing, reads else { return }
        uv_read_stop(stream)
        reads = false
    }

    /// Whether nothing that was written is still held here.
    package final var isDrained: Bool { pendingWrites == 0 }

    /// Writes at once what the system takes (`uv_try_write`); a copy of what is left goes out as the
    /// peer reads (`uv_write`), and `streamDidDrain` tells when it has. What is held has no bound: wait for that.
    ///
    /// - Throws: `UVError` where the stream has failed; it is of no more use then.
    package final func write(_ bytes: Span<UInt8>) throws(UVError) {
        guard !isClosing, bytes.count > 0 else { return }
        var sent = 0
        if isDrained {
            let result = bytes.withUnsafeBufferPointer { withBuffer($0) { uv_try_write(stream, $0, 1) } }
            if result != UVError.Code.tryAgain.rawValue { sent = Int(try check("uv_try_write", result)) }
        }
        if sent < bytes.count { try queue(bytes.extracting(sent...)) }
    }

    private final func queue(_ bytes: Span<UInt8>) throws(UVError) {
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

    private final func didWrite(_ status: Int32) {
        pendingWrites -= 1
        do throws(UVError) {
            try check("uv_write", status)
            if isDrained { listener?.streamDidDrain() }
        } catch {
            listener?.streamDidEnd(error)
        }
    }

    /// Ends the sending side once all that was written has gone out (`uv_shutdown`); reading goes on.
    package final func shutDownWriting() throws(UVError) {
        guard !isClosing else { return }
        try Request<uv_shutdown_t, Int32>.start("uv_shutdown", completion: { [self] in hasSentEnd = $0 == 0 }) {
            uv_shutdown($0, stream, shutdownDidEnd)
        }
    }

    /// Bytes that were written and that the system has not taken yet (`uv_stream_get_write_queue_size`).
    package final var unsentBytes: Int { isClosing ? 0 : uv_stream_get_write_queue_size(stream) }

    /// The system's number for it (`uv_fileno`); nil where it has none yet, or no longer.
    final var descriptor: Int32? {
        var descriptor: Int32 = -1
        guard !isClosing, uv_fileno(handle, &descriptor) == 0 else { return nil }
        return descriptor
    }

    final func checkOpen(_ call: String) throws(UVError) {
        if isClosing { throw UVError(code: .cancelled, call: call) }
    }

    override func willClose() { listener = nil }

    fileprivate final func didRead(_ count: Int) {
        if count > 0 {
            listener?.streamDidRead(UnsafeBufferPointer(rebasing: loop.readBuffer[..<count]).span)
        } else if count < 0 {
            // libuv itself has stopped reading.
            reads = false
            let isOrderly = count == Int(UV_EOF.rawValue)
            listener?.streamDidEnd(
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
    ByteStream.of(stream!).didRead(count)
}

private func writeDidEnd(_ request: UnsafeMutablePointer<uv_write_t>?, _ status: Int32) {
    Request<uv_write_t, Int32>.complete(request, status)
}

private func shutdownDidEnd(_ request: UnsafeMutablePointer<uv_shutdown_t>?, _ status: Int32) {
    Request<uv_shutdown_t, Int32>.complete(request, status)
}
