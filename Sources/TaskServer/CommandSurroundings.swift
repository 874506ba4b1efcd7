import Libuv
import TaskCore
import TaskProtocol

/// What all commands of a server run with.
struct CommandSurroundings {
    let loop: EventLoop
    /// Ends what takes too long: one command runs at a time.
    let timer: Timer
    /// Looks for what is left of a command that has ended.
    let sessionTimer: Timer
    /// Tells of a command that did not start.
    let nextRound: NextRound
    /// Has the running command killed where this process is killed; nil where nobody does.
    var processGuard: ProcessGuard?
    /// How long a command may take to end when it is asked to, before it is killed, in milliseconds.
    var killTime: UInt64 = 5000
    /// How many descriptors it may have open; nil for as many as the server.
    var descriptorLimit: Int?
    /// Called with what it writes to its standard error.
    var onLog: ([UInt8]) -> Void = { _ in }
    /// Called where what is left of a task's command was killed, and does not end.
    var onStay: (TaskID) -> Void = { _ in }

    func program(_ command: Command, _ arguments: [String]) -> ChildProcess.Program {
        var program = ChildProcess.Program(arguments)
        program.environment =
            command.environment.isEmpty ? nil : ProcessEnvironment(changing: command.environment)
        program.directory = command.directory
        program.descriptorLimit = descriptorLimit
        return program
    }
}

/// Hands on what comes out of a pipe.
final class PipeReader: ByteStreamDelegate {
    var onRead: (Span<UInt8>) -> Void = { _ in }

    func read(_ pipe: Pipe) throws(UVError) {
        pipe.delegate = self
        try pipe.startReading()
    }

    func streamDidRead(_ bytes: Span<UInt8>) { onRead(bytes) }
    func streamDidEnd(_ error: UVError?) {}
    func streamDidDrain() {}
}

/// Puts all of some bytes into a pipe, as far as somebody reads it, and ends it.
final class PipeWriter: ByteStreamDelegate {
    private var pipe: Pipe?

    func write(_ bytes: [UInt8], to pipe: Pipe) {
        self.pipe = pipe
        pipe.delegate = self
        // A program need not read: what fails here is no failure of its task.
        try? pipe.write(bytes.span)
        if pipe.isDrained { pipe.close() }
    }

    func streamDidRead(_ bytes: Span<UInt8>) {}
    func streamDidEnd(_ error: UVError?) { pipe?.close() }
    func streamDidDrain() { pipe?.close() }
}
