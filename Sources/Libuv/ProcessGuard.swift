import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sees to it that a group of processes goes with this process, however that ends: a second process, which is told of the group
/// and holds the other end of a pipe. When the pipe ends, it kills the group.
///
/// A signal that the system sends at a parent's death would reach the leader of the group only, none of its children.
package final class ProcessGuard {
    /// One that went sooner is not started again at once, in milliseconds: it would go again.
    private static let shortLife: UInt64 = 1000

    private let program: ChildProcess.Program
    private let loop: EventLoop
    private let onLoss: (UVError?) -> Void
    private var process: ChildProcess?
    private var startedAt: UInt64 = 0
    private var group: Int32 = 0

    /// Starts the guard.
    ///
    /// - Parameters:
    ///   - program: one that calls `serve`.
    ///   - onLoss: called where the guard has gone by itself, with nil; or could not be started again, with why. It is
    ///     started again where a group is to be watched.
    /// - Throws: `UVError` where it does not run.
    package init(
        _ program: ChildProcess.Program, on loop: EventLoop, onLoss: @escaping (UVError?) -> Void
    ) throws(UVError) {
        self.program = program
        self.loop = loop
        self.onLoss = onLoss
        try start()
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

    /// From here on this group is guarded, instead of any before.
    ///
    /// - Parameter group: 0 for none.
    package func watch(_ group: Int32) {
        guard group != 0 || self.group != 0 else { return }
        self.group = group
        if process == nil, group != 0 { return startAgain() }
        tell()
    }

    /// Lets the guard go. To be called when no group runs any more, or the one that does is to be killed.
    package func close() {
        process?.close()
        process = nil
    }

    private func start() throws(UVError) {
        process = try ChildProcess(program, on: loop) { [unowned self] _ in didEnd() }
        startedAt = loop.preciseNow
        tell()
    }

    private func startAgain() {
        do throws(UVError) { try start() } catch { onLoss(error) }
    }

    private func tell() {
        // A failure is the guard's end, which is told by itself.
        try? process?.input.write(Array("\(group)\n".utf8).span)
    }

    private func didEnd() {
        close()
        onLoss(nil)
        if group != 0, loop.preciseNow - startedAt >= Self.shortLife { startAgain() }
    }

    /// Guards groups in this process, and ends it.
    ///
    /// Signals that are meant for the guarded process, and reach this one too, do not end it; nor do those that are sent to
    /// all processes of that name, since it takes another.
    package static func serve() -> Never {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_IGN) }
        uv_task_rename_process("uv-task-guard")
        var group: Int32 = 0
        var line: [UInt8] = []
        while let bytes = try? SmallFile.read(upTo: 64, from: 0), !bytes.isEmpty {
            for byte in bytes {
                if byte != UInt8(ascii: "\n") {
                    line.append(byte)
                } else {
                    group = Int32(String(decoding: line, as: UTF8.self)) ?? 0
                    line = []
                }
            }
        }
        // Never 0 or 1: that would be this process's own group, or every process.
        if group > 1 { kill(-group, SIGKILL) }
        _exit(0)
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
