import CProcess
package import Libuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A second process that kills a session if this process ends first, even by `SIGKILL`.
///
/// The guard reads session ids from a pipe. At the end of the pipe it kills the last session that it read. The first
/// process of a session announces itself, since this process could be killed before it knows the id.
/// (`PR_SET_PDEATHSIG` would reach only that first process, not its children.)
package final class ProcessGuard {
    /// A guard that ran for a shorter time is replaced only when this time is over, in milliseconds, because its successor
    /// might end at once too.
    private static let minimumLifetime: UInt64 = 1000

    private enum State {
        case running(ChildProcess, since: UInt64)
        /// `isReported`: whether `onLoss` knows that the guard could not be restarted.
        case ended(isReported: Bool)
    }

    private let program: ChildProcess.Program
    private let loop: EventLoop
    private let onLoss: (UVError?) -> Void
    private let restartTimer: Timer
    private var state = State.ended(isReported: false)
    /// The running session, whose id a new guard gets.
    private var session: ProcessSession?
    /// Whether the guard may know a session that is over.
    private var needsEndMessage = false

    /// Starts the guard.
    ///
    /// - Parameters:
    ///   - program: one that calls `serve`.
    ///   - onLoss: called with nil if the guard has ended; it is restarted within a second. Called with an error if it could not
    ///     be restarted; that is tried again for the next session.
    package init(
        _ program: ChildProcess.Program, on loop: EventLoop, onLoss: @escaping (UVError?) -> Void
    ) throws(UVError) {
        self.program = program
        self.loop = loop
        self.onLoss = onLoss
        restartTimer = try Timer(on: loop)
        try onFailure(restartTimer.close, start)
    }

    /// This program, to be run as a guard.
    ///
    /// - Parameter arguments: the first one is the name in process lists, the others must make the program call `serve`.
    package static func thisProgram(_ arguments: [String]) throws(UVError) -> ChildProcess.Program {
        var program = ChildProcess.Program(arguments)
        #if os(Linux)
            // Valid even if the file was replaced since the program started.
            program.file = "/proc/self/exe"
        #else
            program.file = try programPath()
        #endif
        program.directory = "/"
        return program
    }

    /// Nil while the guard has ended and was not restarted.
    var process: ChildProcess? {
        if case .running(let process, _) = state { process } else { nil }
    }

    // MARK: Sessions

    /// Restarts the guard if it has ended.
    ///
    /// - Returns: the descriptor that the first process of the session writes its id to; nil if there is no guard.
    func sessionWillStart() -> Int32? {
        if process == nil { restart() }
        needsEndMessage = true
        return process?.input.descriptor
    }

    /// The first process of the session runs, and has written its id to the guard.
    func sessionDidStart(_ session: ProcessSession) { self.session = session }

    /// No session runs any more.
    package func sessionDidEnd() {
        session = nil
        guard needsEndMessage else { return }
        needsEndMessage = false
        send(0)
    }

    private func send(_ session: Int32) {
        // If this fails, the guard has ended, which is noticed elsewhere.
        try? process?.input.write(Array("\(session)\n".utf8).span)
    }

    // MARK: Lifecycle

    /// Ends the guard. If a session runs, the guard kills it.
    package func close() {
        restartTimer.close()
        process?.close()
        state = .ended(isReported: true)
    }

    private func start() throws(UVError) {
        let process = try ChildProcess(program, on: loop) { [unowned self] _ in guardDidEnd() }
        state = .running(process, since: loop.preciseNow)
        if let session { send(session.identifier) }
    }

    private func restart() {
        guard case .ended(let isReported) = state else { return }
        restartTimer.stop()
        do throws(UVError) {
            try start()
        } catch {
            state = .ended(isReported: true)
            if !isReported { onLoss(error) }
        }
    }

    private func guardDidEnd() {
        guard case .running(let process, let since) = state else { return }
        process.close()
        state = .ended(isReported: false)
        onLoss(nil)
        let age = loop.preciseNow - since
        if age >= Self.minimumLifetime { return restart() }
        restartTimer.start(after: Self.minimumLifetime - age) { [unowned self] in restart() }
    }

    // MARK: The guard's side

    /// Runs this process as a guard, until the process that started it has ended.
    ///
    /// Signals to the whole process group do not end it, nor does a `killall` with the program's name.
    package static func serve() -> Never {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_IGN) }
        cprocess_rename("uv-task-guard")
        var session: Int32 = 0
        var line: [UInt8] = []
        while let bytes = try? SmallFile.read(upTo: 64, from: 0), !bytes.isEmpty {
            for byte in bytes {
                if byte != UInt8(ascii: "\n") {
                    line.append(byte)
                } else {
                    session = Int32(String(decoding: line, as: UTF8.self)) ?? 0
                    line = []
                }
            }
        }
        // A process between vfork and exec holds the pipe open, so its announcement has been read by now.
        if session > 1 { kill(ProcessSession(session)) }
        _exit(0)
    }

    /// Kills a session. The signal is repeated because a process may be about to start another one, for at most a second
    /// because a process may be unkillable.
    private static func kill(_ session: ProcessSession) {
        for _ in 0..<200 {
            session.send(.kill)
            if session.isEmpty() { return }
            poll(nil, 0, 5)
        }
    }
}
