import Libuv
import ProcessTree
import TaskCore

/// What all commands of a server share. One command runs at a time, so the handles are shared too.
struct CommandContext {
    let loop: EventLoop
    /// Ends a command at its timeout, and kills an interrupted one.
    let timer: Timer
    /// Checks whether the session of an ended command is empty.
    let sessionTimer: Timer
    /// Kills the running command if the server is killed.
    var processGuard: ProcessGuard?
    /// How long an interrupted command may take to end before it is killed, in milliseconds.
    var killTime: UInt64 = 5000
    /// The limit of open descriptors of a command; nil for that of the server.
    var descriptorLimit: Int?
    /// Called with what the running command writes to its standard error.
    var onLog: ([UInt8]) -> Void = { _ in }
    /// Called once if processes of a task's command still run five seconds after they were killed.
    var onStay: (TaskID) -> Void = { _ in }

    init(on loop: EventLoop) throws(UVError) {
        self.loop = loop
        timer = try Timer(on: loop)
        sessionTimer = try Timer(on: loop)
    }

    func close() {
        timer.close()
        sessionTimer.close()
        processGuard?.close()
    }

    func program(_ command: Command, _ arguments: [String], submitter: UserID?) -> ChildProcess.Program {
        var program = ChildProcess.Program(arguments)
        program.environment = ProcessEnvironment(changing: command.environment)
        // Removed if unknown: the server's own variable would name another user.
        program.environment[Command.submitterVariable] = submitter.map { "\($0.rawValue)" }
        program.directory = command.directory
        program.descriptorLimit = descriptorLimit
        return program
    }
}
