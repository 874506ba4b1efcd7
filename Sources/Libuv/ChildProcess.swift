import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A program that runs as a process of its own (`uv_process_t`), in a session and a process group of its own, with three pipes for
/// its standard streams and no other descriptor of this process.
@safe package final class ChildProcess: Handle {
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
        /// How many descriptors it may have open, where this process has no more open itself; nil for as many as this process.
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
    package private(set) var session = ProcessSession(0)

    private var onEnd: ((End) -> Void)?

    /// Starts a program (`uv_spawn`), and returns when it runs.
    ///
    /// - Parameters:
    ///   - processGuard: from the first moment on has the session go with this process; nil where it need not.
    ///   - onEnd: called once, when the process itself has ended; others of its session may go on, and hold the pipes.
    /// - Throws: `UVError` where it does not run; nothing is left then.
    package init(
        _ program: Program, on loop: EventLoop, guardedBy processGuard: ProcessGuard? = nil,
        onEnd: @escaping (End) -> Void
    ) throws(UVError) {
        let streams = try StandardPipes(on: loop)
        defer { streams.closeTheirs() }
        (input, output, errors) = (streams.input, streams.output, streams.errors)
        var result: Int32 = 0
        processGuard?.beginWatching()
        do throws(UVError) {
            // The handle is to be closed even where uv_spawn fails.
            try super.init(UV_PROCESS, on: loop, "uv_spawn") { memory in
                result = spawn(program, memory.assumingMemoryBound(to: uv_process_t.self), loop, streams.theirs)
                return 0
            }
        } catch {
            streams.closeOurs()
            processGuard?.endWatching()
            throw error
        }
        do throws(UVError) {
            try check("uv_spawn", result)
        } catch {
            close()
            processGuard?.endWatching()
            throw error
        }
        self.onEnd = onEnd
        session = ProcessSession(uv_process_get_pid(raw.assumingMemoryBound(to: uv_process_t.self)))
        processGuard?.watch(session)
    }

    /// As `ProcessSession.isEmpty`; there may be others though the process itself has ended.
    package func isSessionEmpty() -> Bool { session.isEmpty() }

    /// Stops watching the process, which may go on, and closes the pipes.
    override func willClose() {
        onEnd = nil
        for pipe in [input, output, errors] { pipe.close() }
    }

    fileprivate func didEnd(_ status: Int64, _ signal: Int32) {
        let action = onEnd
        onEnd = nil
        action?(signal == 0 ? .exited(status: Int(status)) : .signalled(number: Int(signal)))
    }
}

private func processDidEnd(_ process: UnsafeMutablePointer<uv_process_t>?, _ status: Int64, _ signal: Int32) {
    ChildProcess.of(process!).didEnd(status, signal)
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

/// `uv_spawn`, with the descriptor limit of the program in force meanwhile: it is inherited.
private func spawn(
    _ program: ChildProcess.Program, _ process: UnsafeMutablePointer<uv_process_t>, _ loop: EventLoop,
    _ streams: [Int32]
) -> Int32 {
    let isLowered = program.descriptorLimit.map { isPipeFree(below: $0) && lowerDescriptorLimit(to: $0) } ?? false
    defer { if isLowered { _ = raiseDescriptorLimit() } }
    return withOptions(of: program, streams) { uv_spawn(loop.raw, process, $0) }
}

/// Whether two more descriptors would be less than a limit: uv_spawn itself needs a pipe.
private func isPipeFree(below limit: Int) -> Bool {
    guard let ends = try? PipeEnds(forInput: true) else { return false }
    defer { for descriptor in [ends.ours, ends.theirs] { closeDescriptor(descriptor) } }
    return max(ends.ours, ends.theirs) < limit
}

private func withOptions(
    of program: ChildProcess.Program, _ streams: [Int32], _ body: (UnsafePointer<uv_process_options_t>) -> Int32
) -> Int32 {
    withCStrings(program.arguments) { arguments in
        withCStrings(program.environment?.entries ?? []) { environment in
            withCStrings([program.file ?? program.arguments[0], program.directory ?? ""]) { paths in
                var containers = streams.map {
                    uv_stdio_container_t(flags: UV_INHERIT_FD, data: .init(fd: $0))
                }
                return containers.withUnsafeMutableBufferPointer { containers in
                    var options = uv_process_options_t()
                    options.exit_cb = processDidEnd
                    options.file = UnsafePointer(paths[0])
                    options.args = arguments
                    options.env = program.environment == nil ? nil : environment
                    options.cwd = program.directory == nil ? nil : UnsafePointer(paths[1])
                    options.flags = UV_PROCESS_DETACHED.rawValue
                    options.stdio_count = Int32(containers.count)
                    options.stdio = containers.baseAddress
                    return body(&options)
                }
            }
        }
    }
}

/// The texts as C has them, with a NULL behind the last.
private func withCStrings(
    _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    var pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
}
