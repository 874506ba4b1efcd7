import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// This process's end of a pipe to or from another one (`uv_pipe_t`).
@safe package final class Pipe: ByteStream {
    /// Takes over a descriptor, which is closed with this, or where this throws (`uv_pipe_init`, `uv_pipe_open`).
    init(on loop: EventLoop, opening descriptor: Int32) throws(UVError) {
        do {
            try super.init(UV_NAMED_PIPE, on: loop, "uv_pipe_init") {
                uv_pipe_init(loop.raw, $0.assumingMemoryBound(to: uv_pipe_t.self), 0)
            }
        } catch {
            closeDescriptor(descriptor)
            throw error
        }
        do {
            try check("uv_pipe_open", uv_pipe_open(raw.assumingMemoryBound(to: uv_pipe_t.self), descriptor))
        } catch {
            closeDescriptor(descriptor)
            close()
            throw error
        }
    }

    /// Reads what lies in the pipe now, and does not wait for its end: that comes only when everyone has gone who can write.
    ///
    /// - Parameter most: how many bytes, but for the last read, in case somebody goes on writing.
    package func readWhatIsThere(atMost most: Int) {
        var left = most
        while left > 0, let descriptor {
            let count = read(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count)
            guard count > 0 else { return }
            left -= count
            delegate?.streamDidRead(UnsafeBufferPointer(rebasing: loop.readBuffer[..<count]).span)
        }
    }
}

/// `close`, where a method of that name is nearer.
func closeDescriptor(_ descriptor: Int32) { close(descriptor) }

/// The two ends of a new pipe (`uv_pipe`): both are closed by exec, and this process's own never waits.
struct PipeEnds {
    let ours: Int32
    let theirs: Int32

    /// - Parameter forInput: whether this process writes and the other one reads.
    init(forInput: Bool) throws(UVError) {
        var ends: (read: uv_file, write: uv_file) = (-1, -1)
        let unblocked = Int32(UV_NONBLOCK_PIPE.rawValue)
        try check(
            "uv_pipe",
            withUnsafeMutablePointer(to: &ends) {
                $0.withMemoryRebound(to: uv_file.self, capacity: 2) {
                    uv_pipe($0, forInput ? 0 : unblocked, forInput ? unblocked : 0)
                }
            })
        ours = forInput ? ends.write : ends.read
        theirs = forInput ? ends.read : ends.write
    }
}
