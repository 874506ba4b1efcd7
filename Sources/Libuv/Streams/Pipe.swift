import CLibuv

/// This process's end of a pipe (`uv_pipe_t`).
@safe package final class Pipe: ByteStream {
    /// Creates a pipe (`uv_pipe`). Exec closes both ends, and the end of this process is nonblocking.
    ///
    /// - Parameter forInput: whether this process writes and the other one reads.
    /// - Returns: the end of this process, and the descriptor of the other end.
    package static func make(on loop: EventLoop, forInput: Bool) throws(UVError) -> (ours: Pipe, theirs: Int32) {
        let pipe = try Pipe(on: loop)
        // The reading end, then the writing one.
        var ends: [uv_file] = [-1, -1]
        let nonblocking = Int32(UV_NONBLOCK_PIPE.rawValue)
        let (ours, theirs) = forInput ? (1, 0) : (0, 1)
        do throws(UVError) {
            try check("uv_pipe", uv_pipe(&ends, forInput ? 0 : nonblocking, forInput ? nonblocking : 0))
            try check("uv_pipe_open", uv_pipe_open(pipe.pointer(), ends[ours]))
        } catch {
            for end in ends where end >= 0 { closeDescriptor(end) }
            pipe.close()
            throw error
        }
        return (pipe, ends[theirs])
    }

    private init(on loop: EventLoop) throws(UVError) {
        try super.init(on: loop, "uv_pipe_init") { uv_pipe_init(loop.raw, $0, 0) }
    }

    /// Passes what the pipe contains now to the delegate. The end of the pipe is not waited for: it does not come while any
    /// process keeps the writing end open.
    ///
    /// - Parameter limit: the bytes after which reading stops, in case a process writes without end. The last read may
    ///   exceed it.
    package func readAvailable(limit: Int) {
        var remaining = limit
        while remaining > 0, let descriptor {
            let count = read(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count)
            guard count > 0 else { return }
            remaining -= count
            delegate?.streamDidRead(UnsafeBufferPointer(rebasing: loop.readBuffer[..<count]).span)
        }
    }
}

/// `close(2)`, for types that have a method of that name.
package func closeDescriptor(_ descriptor: Int32) { close(descriptor) }
