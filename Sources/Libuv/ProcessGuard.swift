import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sees to it that a session of processes goes with this process, however that ends: a second process, which is told of the
/// session and holds the other end of a pipe. When the pipe ends, it kills them.
///
/// The first process of a session tells the guard itself, before it becomes another program: this process could be killed before
/// it knows of it. (A signal that the system sends at a parent's death would reach that first process only, none of its
/// children.)
package final class ProcessGuard {
    /// One that went sooner is started again when that time is over, in milliseconds: else it might go at once again.
    private static let shortLife: UInt64 = 1000

    private let program: ChildProcess.Program
    private let loop: EventLoop
    private let onLoss: (UVError?) -> Void
    private let timer: Timer
    /// nil where it has gone, and was not replaced yet.
    private(set) var process: ChildProcess?
    private var startedAt: UInt64 = 0
    private var session: Int32 = 0
    /// It could not be started again, which was told.
    private var isMissed = false
    /// The guard may know of a session.
    private var hasBeenTold = false

    /// Starts the guard.
    ///
    /// - Parameters:
    ///   - program: one that calls `serve`.
    ///   - onLoss: called where the guard has gone by itself, with nil: another takes its place within a second. With an error
    ///     where that could not be started; it is tried again for the next session.
    /// - Throws: `UVError` where it does not run.
    package init(
        _ program: ChildProcess.Program, on loop: EventLoop, onLoss: @escaping (UVError?) -> Void
    ) throws(UVError) {
        self.program = program
        self.loop = loop
        self.onLoss = onLoss
        timer = try Timer(on: loop)
        do throws(UVError) {
            try start()
        } catch {
            timer.close()
            throw error
        }
    }

    /// This program, to be run as the guard.
    ///
    /// - Parameter arguments: what makes it call `serve`; the first stands in the place of the program's name, where lists of
    ///   processes show it.
    package static func thisProgram(_ arguments: [String]) throws(UVError) -> ChildProcess.Program {
        var program = ChildProcess.Program(arguments)
        program.file = try executablePath()
        program.directory = "/"
        return program
    }

    /// A process is about to be started.
    ///
    /// - Returns: the descriptor to which it is to tell its session; nil where the guard is not there.
    func beginWatching() -> Int32? {
        if process == nil { startAgain() }
        hasBeenTold = true
        return process?.input.descriptor
    }

    /// The first process of that session has started, and has told the guard.
    func watch(_ session: ProcessSession) { self.session = session.identifier }

    /// No session runs any more, or none has been started.
    package func endWatching() {
        session = 0
        guard hasBeenTold else { return }
        hasBeenTold = false
        tell(0)
    }

    /// Lets the guard go. To be called when no session runs any more, or the one that does is to be killed.
    package func close() {
        timer.close()
        process?.close()
        process = nil
    }

    private func start() throws(UVError) {
        process = try ChildProcess(program, on: loop) { [unowned self] _ in didEnd() }
        startedAt = loop.preciseNow
        if session != 0 { tell(session) }
    }

    private func startAgain() {
        timer.stop()
        do throws(UVError) {
            try start()
            isMissed = false
        } catch {
            if !isMissed { onLoss(error) }
            isMissed = true
        }
    }

    private func tell(_ session: Int32) {
        // A failure is the guard's end, which is told by itself.
        try? process?.input.write(Array("\(session)\n".utf8).span)
    }

    private func didEnd() {
        process?.close()
        process = nil
        onLoss(nil)
        let age = loop.preciseNow - startedAt
        if age >= Self.shortLife { return startAgain() }
        timer.start(after: Self.shortLife - age) { [unowned self] in if process == nil { startAgain() } }
    }

    /// Guards sessions in this process, and ends it.
    ///
    /// Signals that are meant for the guarded process, and reach this one too, do not end it; nor do those that are sent to
    /// all processes of that name, since it takes another.
    package static func serve() -> Never {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_IGN) }
        uv_task_rename_process("uv-task-guard")
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
        // Where one has just been started, the pipe ends when it has become another program.
        if session > 1 { end(ProcessSession(session)) }
        _exit(0)
    }
}

/// Kills all of it, again and again: some may be about to start others. It takes a second at most, whatever cannot be killed.
private func end(_ session: ProcessSession) {
    for _ in 0..<200 {
        session.send(.kill)
        if session.isEmpty() { return }
        poll(nil, 0, 5)
    }
}

/// The file of this program: one that works even where it was replaced meanwhile.
private func executablePath() throws(UVError) -> String {
    #if os(Linux)
        return "/proc/self/exe"
    #else
        var path = [CChar](repeating: 0, count: 4096)
        var size = path.count
        try check("uv_exepath", uv_exepath(&path, &size))
        return String(decoding: path.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #endif
}
