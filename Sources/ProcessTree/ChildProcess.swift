import CProcess
package import Libuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that runs as the leader of a new session. It has three pipes as its standard streams, and inherits no other
/// descriptor.
package final class ChildProcess {
    package struct Program: Sendable {
        /// The program and its arguments; at least one, none with a NUL. A program without a `/` is looked up in the `PATH`
        /// of its environment.
        package var arguments: [String]
        /// The file to execute if it differs from the first argument.
        package var file: String?
        package var environment = ProcessEnvironment()
        /// Nil to inherit the current directory.
        package var directory: String?
        /// The soft limit of open descriptors; nil to inherit it.
        package var descriptorLimit: Int?

        package init(_ arguments: [String]) {
            precondition(!arguments.isEmpty && arguments.allSatisfy { !$0.utf8.contains(0) })
            self.arguments = arguments
        }
    }

    /// How a process ended.
    package enum End: Hashable, Sendable {
        case exited(status: Int)
        case signalled(number: Int)
    }

    /// The program's standard input. Closing it ends the program's input.
    package let input: Pipe
    package let output: Pipe
    package let errors: Pipe

    /// The process and its descendants.
    package let session: ProcessSession

    private enum State {
        case running(onEnd: (End) -> Void)
        /// The process is a zombie until `close`, which keeps its id from being reused.
        case ended
        case closed
    }

    private var state: State
    private let watcher: ChildWatcher

    /// Starts a program. When this returns, exec has succeeded.
    ///
    /// - Parameters:
    ///   - processGuard: kills the session if this process ends first.
    ///   - onEnd: called once, when the first process of the session has ended. Other processes of the session may still run
    ///     and hold the pipes.
    /// - Throws: if the program could not be started; nothing is left of it then.
    package init(
        _ program: Program, on loop: EventLoop, guardedBy processGuard: ProcessGuard? = nil,
        onEnd: @escaping (End) -> Void
    ) throws(UVError) {
        // First, because it may start a guard.
        let guardInput = processGuard?.sessionWillStart()
        let pipes: StandardPipes
        (pipes, watcher, session) = try onFailure({ processGuard?.sessionDidEnd() }) { () throws(UVError) in
            try Self.start(program, on: loop, announceTo: guardInput)
        }
        (input, output, errors) = (pipes.input, pipes.output, pipes.errors)
        state = .running(onEnd: onEnd)
        processGuard?.sessionDidStart(session)
        watcher.add(self)
    }

    private static func start(
        _ program: Program, on loop: EventLoop, announceTo: Int32?
    ) throws(UVError) -> (StandardPipes, ChildWatcher, ProcessSession) {
        let pipes = try StandardPipes(on: loop)
        defer { pipes.closeChildEnds() }
        return try onFailure(pipes.close) { () throws(UVError) in
            let watcher = try ChildWatcher.of(loop)
            return try onFailure(watcher.closeIfUnused) { () throws(UVError) in
                let process = try program.spawn(streams: pipes.childEnds, announceTo: announceTo)
                return (pipes, watcher, ProcessSession(process))
            }
        }
    }

    /// Whether no process of the session runs. See `ProcessSession.isEmpty`.
    package func isSessionEmpty() -> Bool {
        if case .running = state { return false }
        // Once its first process has ended, the members of a session are orphans or descend from one. If this process has
        // no child that it did not start, there are none.
        return watcher.orphans?.isEmpty == true || session.isEmpty()
    }

    /// Closes the pipes, and reaps the process if it has ended. A running process is left to itself.
    package func close() {
        for pipe in [input, output, errors] { pipe.close() }
        if case .ended = state { waitpid(session.identifier, nil, 0) }
        state = .closed
        watcher.remove(self)
    }

    /// Calls `onEnd` if the process has ended.
    func checkForEnd() {
        var (status, signal): (Int32, Int32) = (0, 0)
        guard case .running(let onEnd) = state, cprocess_has_ended(session.identifier, &status, &signal) else { return }
        state = .ended
        onEnd(signal == 0 ? .exited(status: Int(status)) : .signalled(number: Int(signal)))
    }
}

/// The pipes of a child, and the ends that become its standard streams.
private struct StandardPipes {
    let input: Pipe
    let output: Pipe
    let errors: Pipe
    let childEnds: [Int32]

    init(on loop: EventLoop) throws(UVError) {
        var pipes: [Pipe] = []
        var childEnds: [Int32] = []
        do throws(UVError) {
            for isInput in [true, false, false] {
                let (pipe, childEnd) = try Pipe.make(on: loop, forInput: isInput)
                pipes.append(pipe)
                childEnds.append(childEnd)
            }
        } catch {
            for pipe in pipes { pipe.close() }
            for descriptor in childEnds { closeDescriptor(descriptor) }
            throw error
        }
        (input, output, errors) = (pipes[0], pipes[1], pipes[2])
        self.childEnds = childEnds
    }

    func closeChildEnds() {
        for descriptor in childEnds { closeDescriptor(descriptor) }
    }

    func close() {
        for pipe in [input, output, errors] { pipe.close() }
    }
}

extension ChildProcess.Program {
    /// - Returns: the process id.
    fileprivate func spawn(streams: [Int32], announceTo: Int32?) throws(UVError) -> pid_t {
        var process: pid_t = 0
        let files = ProgramFile.candidates(for: file ?? arguments[0], path: environment["PATH"])
        let directory = directory.flatMap { strdup($0) }
        defer { free(directory) }
        let error = withCStrings(files) { files in
            withCStrings(arguments, spare: 1) { arguments in
                environment.withCStrings { entries in
                    var raw = cprocess_program()
                    raw.files = UnsafePointer(files)
                    raw.arguments = arguments
                    raw.environment = entries
                    raw.directory = UnsafePointer(directory)
                    raw.streams = (streams[0], streams[1], streams[2])
                    raw.descriptor_limit = descriptorLimit.map { UInt(clamping: $0) } ?? 0
                    raw.announce_to = announceTo ?? -1
                    return cprocess_start(&raw, &process)
                }
            }
        }
        guard error == 0 else { throw UVError(systemError: error, call: "execve") }
        return process
    }
}

/// Passes C strings, ended by NULL.
///
/// - Parameter spare: unused elements behind the NULL.
private func withCStrings(
    _ strings: [String], spare: Int = 0, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    let owned = strings.map { strdup($0) }
    var pointers = owned + [UnsafeMutablePointer<CChar>?](repeating: nil, count: 1 + spare)
    defer { for pointer in owned { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
