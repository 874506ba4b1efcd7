import CLibuv
import CProcess

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that runs as a process of its own, in a session of its own, with three pipes for its standard streams and no other
/// descriptor of this process.
package final class ChildProcess {
    /// What is run, and how.
    package struct Program: Sendable {
        /// The program, and its arguments; at least one, none with a byte 0. A program without a `/` is looked for in the `PATH`
        /// of its environment.
        package var arguments: [String]
        /// The program's file, where the first argument is only what it is told as its name; nil where that is the file.
        package var file: String?
        /// nil for this process's.
        package var environment: ProcessEnvironment?
        /// nil for this process's.
        package var directory: String?
        /// How many descriptors it may have open; nil for as many as this process.
        package var descriptorLimit: Int?

        package init(_ arguments: [String]) {
            precondition(!arguments.isEmpty && arguments.allSatisfy { !$0.utf8.contains(0) })
            self.arguments = arguments
        }
    }

    /// How a process came to its end.
    package enum End: Hashable, Sendable {
        case exited(status: Int)
        case signalled(number: Int)
    }

    /// Its standard input; it ends where this is closed.
    package let input: Pipe
    /// Its standard output.
    package let output: Pipe
    /// Its standard error.
    package let errors: Pipe

    /// The process, and those that it starts.
    package let session: ProcessSession

    private let watcher: ChildWatcher
    private var onEnd: ((End) -> Void)?
    /// It has ended, and its end is still to be asked for.
    private var hasEnded = false

    /// Starts a program (`vfork`, `execve`), and returns when it runs.
    ///
    /// - Parameters:
    ///   - processGuard: from the first moment on has the session go with this process; nil where it need not.
    ///   - onEnd: called once, when the process itself has ended; others of its session may go on, and hold the pipes.
    /// - Throws: `UVError` where it does not run; nothing is left then.
    package init(
        _ program: Program, on loop: EventLoop, guardedBy processGuard: ProcessGuard? = nil,
        onEnd: @escaping (End) -> Void
    ) throws(UVError) {
        // It may start a process itself.
        let announced = processGuard?.beginWatching()
        let watcher: ChildWatcher
        let streams: StandardPipes
        do throws(UVError) {
            streams = try StandardPipes(on: loop)
        } catch {
            processGuard?.endWatching()
            throw error
        }
        defer { streams.closeTheirs() }
        do throws(UVError) {
            watcher = try ChildWatcher.of(loop)
        } catch {
            streams.closeOurs()
            processGuard?.endWatching()
            throw error
        }
        do throws(UVError) {
            let process = try start(program, streams.theirs, announcedTo: announced)
            session = ProcessSession(process)
        } catch {
            streams.closeOurs()
            watcher.closeIfUnused()
            processGuard?.endWatching()
            throw error
        }
        (input, output, errors) = (streams.input, streams.output, streams.errors)
        self.watcher = watcher
        self.onEnd = onEnd
        processGuard?.watch(session)
        watcher.add(self)
    }

    /// As `ProcessSession.isEmpty`; there may be others though the process itself has ended.
    package func isSessionEmpty() -> Bool {
        // Whoever is left is a child of this process, or has a parent that is.
        if let all = Orphans.allChildren, watcher.knows(all) { return true }
        return session.isEmpty()
    }

    /// Stops watching the process, and closes the pipes. Where it has not ended, it goes on, and nobody asks for its end. May
    /// be called again, to no effect.
    package func close() {
        onEnd = nil
        for pipe in [input, output, errors] { pipe.close() }
        if hasEnded { waitpid(session.identifier, nil, 0) }
        hasEnded = false
        watcher.remove(self)
    }

    /// Looks whether the process has ended. Until this is closed, its id is no other's.
    func look() {
        var (status, signal): (Int32, Int32) = (0, 0)
        guard let action = onEnd, cprocess_has_ended(session.identifier, &status, &signal) else { return }
        onEnd = nil
        hasEnded = true
        action(signal == 0 ? .exited(status: Int(status)) : .signalled(number: Int(signal)))
    }
}

/// The pipes of a process, and the ends of them that are its own until it runs.
private struct StandardPipes {
    let input: Pipe
    let output: Pipe
    let errors: Pipe
    let theirs: [Int32]

    init(on loop: EventLoop) throws(UVError) {
        var theirs: [Int32] = []
        var ours: [Pipe] = []
        do throws(UVError) {
            for isInput in [true, false, false] {
                let ends = try PipeEnds(forInput: isInput)
                theirs.append(ends.theirs)
                ours.append(try Pipe(on: loop, opening: ends.ours))
            }
        } catch {
            for pipe in ours { pipe.close() }
            for descriptor in theirs { closeDescriptor(descriptor) }
            throw error
        }
        (input, output, errors) = (ours[0], ours[1], ours[2])
        self.theirs = theirs
    }

    func closeTheirs() {
        for descriptor in theirs { closeDescriptor(descriptor) }
    }

    func closeOurs() {
        for pipe in [input, output, errors] { pipe.close() }
    }
}

private func start(
    _ program: ChildProcess.Program, _ streams: [Int32], announcedTo: Int32?
) throws(UVError) -> pid_t {
    var process: pid_t = 0
    let error = withCStrings(program.files) { files in
        // Room for a shell's script, see cprocess.h.
        withCStrings(program.arguments, spare: 1) { arguments in
            withCStrings(program.environment?.entries ?? []) { environment in
                withCStrings([program.directory ?? ""]) { directory in
                    var raw = cprocess_program()
                    raw.files = UnsafePointer(files)
                    raw.arguments = arguments
                    raw.environment = UnsafePointer(program.environment == nil ? environ : environment)
                    raw.directory = program.directory == nil ? nil : UnsafePointer(directory[0])
                    raw.streams = (streams[0], streams[1], streams[2])
                    raw.descriptor_limit = program.descriptorLimit.map { UInt(clamping: $0) } ?? 0
                    raw.announced_to = announcedTo ?? -1
                    return cprocess_start(&raw, &process)
                }
            }
        }
    }
    try check("execve", uv_translate_sys_error(error))
    return process
}

extension ChildProcess.Program {
    /// Those that the program may be, as `execvp` finds them.
    fileprivate var files: [String] {
        let name = file ?? arguments[0]
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return [name] }
        let path = environment.map { $0["PATH"] } ?? environmentVariable("PATH")
        return (path ?? ProgramFile.standardPath).split(separator: ":", omittingEmptySubsequences: false).map {
            $0.isEmpty ? name : "\($0)/\(name)"
        }
    }
}

/// The texts as C has them, with a NULL behind the last, and some more.
private func withCStrings(
    _ texts: [String], spare: Int = 0, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    let owned = texts.map { strdup($0) }
    var pointers = owned + [UnsafeMutablePointer<CChar>?](repeating: nil, count: 1 + spare)
    defer { for pointer in owned { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
