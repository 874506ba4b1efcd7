import CLibuv

/// Receives the events of a `ByteStream`, on the loop's thread. After `close` there are no more events.
package protocol StreamDelegate: AnyObject {
    /// - Parameter bytes: valid only during the call.
    func streamDidRead(_ bytes: Span<UInt8>)

    /// The peer shut down its sending side (nil), or reading or writing failed. After the peer's shutdown the stream can
    /// still be written to.
    func streamDidEnd(_ error: UVError?)

    /// Everything that was written has been passed to the system.
    func streamDidDrain()
}

/// A connection or a pipe (`uv_stream_t`). It retains its delegate until it is closed.
@safe package class ByteStream: Handle {
    // The small fields come first to fill the padding behind those of Handle: there is one stream per connection.
    // Accesses to private storage that call no other module need no exclusivity checks at run time.

    private final var reads = false

    /// Whether the shutdown of the sending side was passed to the system.
    private(set) final var hasSentEnd = false

    /// Writes that libuv holds because the socket buffer was full.
    private final var pendingWrites: Int32 = 0

    private final var receiver: (any StreamDelegate)?

    package final var delegate: (any StreamDelegate)? {
        get { receiver }
        set { receiver = newValue }
    }

    package final var isReading: Bool { reads }

    /// Starts reading into the loop's buffer (`uv_read_start`). Does nothing if the stream already reads.
    package final func startReading() throws(UVError) {
        guard !isClosing, !reads else { return }
        try check("uv_read_start", uv_read_start(pointer(), provideReadBuffer, streamDidRead))
        reads = true
    }

    /// Stops reading (`uv_read_stop`). Until it starts again, the end of the stream is not noticed either.
    package final func stopReading() {
        guard !isClosing, reads else { return }
        uv_read_stop(pointer())
        reads = false
    }

    /// Whether libuv holds nothing that was written.
    package final var isDrained: Bool { pendingWrites == 0 }

    /// Writes what the system takes at once (`uv_try_write`), and queues a copy of the rest (`uv_write`).
    ///
    /// The queue is not bounded. Callers limit it by waiting for `streamDidDrain`.
    ///
    /// - Throws: if the stream has failed; it must then be closed.
    package final func write(_ bytes: Span<UInt8>) throws(UVError) {
        guard !isClosing, bytes.count > 0 else { return }
        var sent = 0
        // While a write is queued, uv_try_write returns UV_EAGAIN.
        if isDrained {
            let result = bytes.withUnsafeBufferPointer { withBuffer($0) { uv_try_write(pointer(), $0, 1) } }
            if result != UVError.Code.tryAgain.rawValue { sent = Int(try check("uv_try_write", result)) }
        }
        if sent < bytes.count { try queue(bytes.extracting(sent...)) }
    }

    private final func queue(_ bytes: Span<UInt8>) throws(UVError) {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        bytes.withUnsafeBufferPointer { _ = copy.initialize(from: $0) }
        try onFailure(copy.deallocate) { () throws(UVError) in
            try Request<uv_write_t, Int32>.start(
                "uv_write",
                completion: { [self] status in
                    copy.deallocate()
                    didWrite(status)
                }
            ) { request in withBuffer(UnsafeBufferPointer(copy)) { uv_write(request, pointer(), $0, 1, writeDidEnd) } }
        }
        pendingWrites += 1
    }

    private final func didWrite(_ status: Int32) {
        pendingWrites -= 1
        if let error = UVError("uv_write", status) {
            receiver?.streamDidEnd(error)
        } else if isDrained {
            receiver?.streamDidDrain()
        }
    }

    /// Shuts down the sending side after all queued writes (`uv_shutdown`). Reading continues.
    package final func shutDownWriting() throws(UVError) {
        guard !isClosing else { return }
        try Request<uv_shutdown_t, Int32>.start("uv_shutdown", completion: { [self] in hasSentEnd = $0 == 0 }) {
            uv_shutdown($0, pointer(), shutdownDidEnd)
        }
    }

    /// Bytes that libuv holds because the system has not taken them (`uv_stream_get_write_queue_size`).
    package final var unsentBytes: Int { isClosing ? 0 : uv_stream_get_write_queue_size(pointer()) }

    override func willClose() { receiver = nil }

    fileprivate final func didRead(_ count: Int) {
        if count > 0 {
            receiver?.streamDidRead(UnsafeBufferPointer(rebasing: loop.readBuffer[..<count]).span)
        } else if count < 0 {
            // libuv stops reading by itself at the end and after an error.
            reads = false
            let isEnd = count == Int(UV_EOF.rawValue)
            receiver?.streamDidEnd(isEnd ? nil : UVError("read", Int32(count)))
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

private func provideReadBuffer(
    _ handle: UnsafeMutablePointer<uv_handle_t>?, _ suggested: Int, _ buffer: UnsafeMutablePointer<uv_buf_t>?
) {
    let bytes = ByteStream.of(handle!).loop.readBuffer
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
