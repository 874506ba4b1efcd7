import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One of the process's output streams, for what must never wait for its reader.
///
/// A pipe and a terminal are opened anew for it: `O_NONBLOCK` on the stream itself would make the writes of other processes
/// fail that share it. Where that can't be done the stream is asked first whether it takes something
/// (`poll`), and is given no more at once than a pipe that says so has room for.
package final class NonBlockingOutput: Sendable {
    private let file: Int32
    /// Whether `file` is this object's own, and never blocks.
    private let isOwn: Bool

    /// - Parameter stream: stays as it is.
    package convenience init(_ stream: StandardStream) {
        self.init(descriptor: stream.rawValue)
    }

    /// - Parameter path: where the descriptor can be opened anew.
    init(descriptor: Int32, path: String? = nil) {
        let path = path ?? "/proc/self/fd/\(descriptor)"
        let kind = uv_guess_handle(descriptor)
        // A file must not be opened twice: each would write from its own place on.
        let own =
            kind == UV_TTY || kind == UV_NAMED_PIPE
            ? open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1
        isOwn = own >= 0
        file = isOwn ? own : descriptor
    }

    deinit {
        if isOwn { close(file) }
    }

    /// Writes as much as the stream takes at once (`uv_fs_write`, `poll`).
    ///
    /// - Returns: how many of `bytes` it took, from the first on.
    /// - Throws: `UVError` where it took none and waiting would not help, such as `UV_EPIPE`.
    package func write(_ bytes: ArraySlice<UInt8>) throws(UVError) -> Int {
        var taken = 0
        while taken < bytes.count, isOwn || isReady {
            do throws(UVError) {
                taken += try SmallFile.writeOnce(bytes.dropFirst(taken).prefix(Int(PIPE_BUF)), to: file)
            } catch {
                // What was taken is told; an error that lasts comes again.
                guard taken == 0, error.code != .tryAgain else { return taken }
                throw error
            }
        }
        return taken
    }

    /// Whether a write ends at once, if only with an error.
    private var isReady: Bool {
        var wanted = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
        return poll(&wanted, 1, 0) > 0
    }
}
