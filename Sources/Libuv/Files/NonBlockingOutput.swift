import CLibuv

/// Writes to an output stream of the process without waiting for its reader.
///
/// A pipe or a terminal is opened again with `O_NONBLOCK`: setting the flag on the stream itself would affect the other
/// processes that share it. If opening fails, each write follows a `poll` and has at most `PIPE_BUF` bytes, for which a
/// writable pipe has room.
package final class NonBlockingOutput: Sendable {
    private let file: Int32
    /// Whether this object opened `file`, which then never blocks.
    private let isOwned: Bool

    package convenience init(_ stream: StandardStream) {
        self.init(descriptor: stream.rawValue)
    }

    /// - Parameter path: a path under which the descriptor's file can be opened again; by default its entry in `/proc`.
    init(descriptor: Int32, path: String? = nil) {
        let path = path ?? "/proc/self/fd/\(descriptor)"
        let kind = uv_guess_handle(descriptor)
        // A regular file is not opened again: the second descriptor would have its own offset.
        let canBeOpened = kind == UV_TTY || kind == UV_NAMED_PIPE
        let opened = canBeOpened ? try? SmallFile.open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY) : nil
        isOwned = opened != nil
        file = opened ?? descriptor
    }

    deinit {
        if isOwned { close(file) }
    }

    /// Writes as much as the stream takes at once, and returns how many bytes that is.
    ///
    /// - Throws: if nothing was written and waiting would not help, such as `UV_EPIPE`.
    package func write(_ bytes: ArraySlice<UInt8>) throws(UVError) -> Int {
        var written = 0
        while written < bytes.count, isOwned || SmallFile.waitUntilReady(file, POLLOUT, timeout: 0) {
            do throws(UVError) {
                written += try SmallFile.writeOnce(bytes.dropFirst(written).prefix(Int(PIPE_BUF)), to: file)
            } catch {
                // A permanent error returns at the next call.
                guard written == 0, error.code != .tryAgain else { return written }
                throw error
            }
        }
        return written
    }
}
