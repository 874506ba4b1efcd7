import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program whose standard input and output are the other end of a stream. Its stderr is that of this process.
///
/// It is in the process group of this process: it may ask questions on the terminal, and ^C reaches both. The system
/// delivers such a signal to the whole group before it reports that the program has ended, so a handler of this process
/// always runs before `onEnd`.
@safe package final class JoinedProgram {
    package enum End: Hashable, Sendable {
        case exited(status: Int)
        case signalled(number: Int)
    }

    /// The time that the program has to end before it is killed, or is no longer waited for, in milliseconds.
    private static let grace: UInt64 = 1000

    package let stream: SocketStream

    /// Nil while the program runs.
    package private(set) var end: End?

    /// Called once when the program has ended, or when it has not within a second of `expectEnd`. Not after `close`.
    package var onEnd: () -> Void = {}

    private let process: pid_t
    private let timer: Timer
    private var watcher: SignalHandle?

    /// Starts a program.
    ///
    /// - Parameter arguments: the program, which is looked up in `PATH`, and its arguments; at least one, none with a NUL.
    /// - Throws: `noSuchFile` if there is no such program. Nothing is left of it then.
    package init(_ arguments: [String], on loop: EventLoop) throws(UVError) {
        precondition(!arguments.isEmpty && arguments.allSatisfy { !$0.utf8.contains(0) })
        let stream = try SocketStream(on: loop)
        var timer: Timer?
        (timer, process) = try onFailure({
            stream.close()
            timer?.close()
        }) { () throws(UVError) in
            timer = try Timer(on: loop)
            return (timer, try Self.start(arguments, joinedTo: stream))
        }
        self.stream = stream
        self.timer = timer!
        do throws(UVError) {
            watcher = try SignalHandle(.childEnded, on: loop) { [unowned self] in checkForEnd() }
        } catch {
            close()
            throw error
        }
        // It may have ended before the handle was started.
        checkForEnd()
    }

    private static func start(_ arguments: [String], joinedTo stream: SocketStream) throws(UVError) -> pid_t {
        var ends: [uv_os_sock_t] = [-1, -1]
        let nonblocking = Int32(UV_NONBLOCK_PIPE.rawValue)
        try check("uv_socketpair", uv_socketpair(Int32(SOCK_STREAM.rawValue), 0, &ends, nonblocking, 0))
        defer { closeDescriptor(ends[1]) }
        try onFailure({ closeDescriptor(ends[0]) }) { () throws(UVError) in try stream.open(ends[0]) }
        let words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        return try check("execvp", words.withUnsafeBufferPointer { uv_task_start_joined($0.baseAddress!, ends[1]) })
    }

    /// Calls `onEnd` within a second, if it was not called yet: the program is known to be ending.
    package func expectEnd() {
        guard end == nil else { return }
        timer.start(after: Self.grace) { [unowned self] in
            // After a standstill the timer comes before the signal.
            checkForEnd()
            reportEnd()
        }
    }

    private func reportEnd() {
        let report = onEnd
        onEnd = {}
        report()
    }

    private func checkForEnd() {
        var status: Int32 = 0
        guard end == nil, waitpid(process, &status, WNOHANG) == process else { return }
        let signal = status & 0x7F
        end = signal == 0 ? .exited(status: Int(status >> 8 & 0xFF)) : .signalled(number: Int(signal))
        timer.stop()
        reportEnd()
    }

    /// Closes the stream and ends the program, with a second's time before it is killed. Runs the loop meanwhile. Further
    /// calls do nothing.
    package func close() {
        guard !stream.isClosing else { return }
        onEnd = {}
        stream.close()
        if end == nil {
            kill(process, SIGTERM)
            var mustEnd = false
            timer.start(after: Self.grace) { mustEnd = true }
            if watcher != nil { timer.loop.run { end != nil || mustEnd } }
        }
        if end == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        timer.close()
        watcher?.close()
    }
}
