import Libuv
import ProcessTree
import TaskCore

/// One run of a task's command.
///
/// It ends when no process of the command's session runs. If the first process ends by itself, the others are killed.
/// If the run was interrupted, they have the same time to end as the first one.
final class CommandRun: TaskRun {
    /// The end of standard error that a failure includes, in bytes.
    private static let errorTailLength = 1024

    /// The most bytes read from a pipe after the first process has ended; another process may write without end.
    private static let finalReadLimit = 1 << 20

    /// The pauses between checks for remaining processes, in milliseconds. Each pause is twice as long as the one before.
    private static let sessionChecks: (first: UInt64, longest: UInt64) = (1, 50)

    /// How long killed processes may remain before `onStay` is called, in milliseconds.
    private static let stayLimit: UInt64 = 5000

    private enum State {
        case running
        /// All processes were asked to end. They are killed when the timer fires.
        case interrupting(TaskFailure)
        /// All processes were killed; the first one has not ended yet.
        case killing(TaskFailure, since: UInt64)
        /// The first process has ended, others of its session remain. `killedAt` is nil if they may still end by themselves.
        case awaitingSession(ChildProcess.End, TaskFailure?, killedAt: UInt64?)
        case ended
    }

    private let id: TaskID
    private let command: Command
    private let context: CommandContext
    private let completion: (Result<String, TaskFailure>) -> Void

    private var state = State.running
    /// Nil only until the program has started.
    private var process: ChildProcess!
    private var output: [UInt8] = []
    private var errorTail: [UInt8] = []
    private var isStayReported = false

    /// - Parameter completion: called once, in a later loop iteration, unless this throws or `abandon` is called.
    init(
        _ command: Command, for id: TaskID, data: String, submitter: UserID?, _ context: CommandContext,
        completion: @escaping (Result<String, TaskFailure>) -> Void
    ) throws(UVError) {
        self.id = id
        self.command = command
        self.context = context
        self.completion = completion
        let arguments = command.arguments(for: id, data: data)
        let program = context.program(command, arguments, submitter: submitter)
        process = try ChildProcess(program, on: context.loop, guardedBy: context.processGuard) {
            [unowned self] in processDidEnd($0)
        }
        if let timeout = command.timeout {
            context.timer.start(after: timeout.millisecondsRoundedUp) { [unowned self] in
                interrupt(.timedOut(after: timeout))
            }
        }
        process.output.delegate = PipeReader { [unowned self] in didReadOutput($0) }
        process.errors.delegate = PipeReader { [unowned self] in didReadErrors($0) }
        do throws(UVError) {
            try process.output.startReading()
            try process.errors.startReading()
            _ = PipeWriter(command.input(data), to: process.input)
        } catch {
            state = .interrupting(.notStarted(command, reason: error.message))
            kill()
        }
    }

    // MARK: Output

    private func didReadOutput(_ bytes: Span<UInt8>) {
        let fits = bytes.count <= command.maximumOutput - output.count
        switch state {
        case .running where !fits: interrupt(.outputTooLarge(limit: command.maximumOutput))
        case .awaitingSession(let end, nil, let killedAt) where !fits:
            state = .awaitingSession(end, .outputTooLarge(limit: command.maximumOutput), killedAt: killedAt)
        case .running, .awaitingSession(_, nil, _): return output.append(copying: bytes)
        case .interrupting, .killing, .awaitingSession, .ended: break
        }
        // The task fails, so that its output is not needed.
        output = []
    }

    private func didReadErrors(_ bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        errorTail += copy
        errorTail.removeFirst(max(0, errorTail.count - Self.errorTailLength))
        context.onLog(copy)
    }

    /// Reads what the pipes contain now. Their end is not waited for: a process that left the session may keep them open.
    private func readPipes() {
        for pipe in [process.output, process.errors] { pipe.readAvailable(limit: Self.finalReadLimit) }
    }

    // MARK: End

    func interrupt(_ failure: TaskFailure) {
        guard case .running = state else { return }
        state = .interrupting(failure)
        // A stopped process handles SIGTERM only after SIGCONT.
        process.session.send(.terminate, .resume)
        context.timer.start(after: context.killTime) { [unowned self] in kill() }
    }

    func kill() {
        switch state {
        case .running, .ended: return
        case .interrupting(let failure): state = .killing(failure, since: context.loop.preciseNow)
        case .awaitingSession(let end, let failure, killedAt: nil):
            state = .awaitingSession(end, failure, killedAt: context.loop.preciseNow)
        case .killing, .awaitingSession: break
        }
        process.session.send(.kill)
    }

    var patience: UInt64 { context.killTime }

    func abandon() { close() }

    private func processDidEnd(_ end: ChildProcess.End) {
        let isInterrupted = if case .running = state { false } else { true }
        switch state {
        case .running: state = .awaitingSession(end, nil, killedAt: nil)
        case .interrupting(let failure): state = .awaitingSession(end, failure, killedAt: nil)
        case .killing(let failure, let since): state = .awaitingSession(end, failure, killedAt: since)
        case .awaitingSession, .ended: return
        }
        readPipes()
        if process.isSessionEmpty() { return finish() }
        if !isInterrupted {
            context.timer.stop()
            kill()
        }
        checkSession(after: Self.sessionChecks.first)
    }

    private func checkSession(after delay: UInt64) {
        context.sessionTimer.start(after: delay) { [unowned self] in
            if process.isSessionEmpty() { return finish() }
            if case .awaitingSession(_, _, let killedAt?) = state {
                // Again, because a process may have started another one in the meantime.
                kill()
                reportStay(killedAt)
            }
            checkSession(after: min(2 * delay, Self.sessionChecks.longest))
        }
    }

    private func reportStay(_ killedAt: UInt64) {
        guard !isStayReported, context.loop.preciseNow - killedAt >= Self.stayLimit else { return }
        isStayReported = true
        context.onStay(id)
    }

    private func finish() {
        readPipes()
        guard case .awaitingSession(let end, let failure, _) = state else { return }
        close()
        completion(outcome(end, failure))
    }

    private func close() {
        state = .ended
        context.timer.stop()
        context.sessionTimer.stop()
        process.close()
    }

    private func outcome(_ end: ChildProcess.End, _ failure: TaskFailure?) -> Result<String, TaskFailure> {
        var failed: TaskFailure
        switch (failure, end) {
        case (let failure?, _): failed = failure
        case (nil, .exited(status: 0)):
            if let result = command.result.text(of: output) { return .success(result) }
            failed = .outputNotUTF8
        case (nil, .exited(let status)): failed = .exited(status: status)
        case (nil, .signalled(let number)): failed = .ended(bySignal: number, named: signalName(number))
        }
        // Without the continuation bytes of a character that was cut at the start.
        let tail = errorTail.drop { $0 & 0b1100_0000 == 0b1000_0000 }
        if !errorTail.isEmpty { failed.errorOutput = String(decoding: tail, as: UTF8.self) }
        return .failure(failed)
    }
}

extension DataEncoding {
    /// - Returns: nil if the bytes are not UTF-8 and the encoding is text.
    fileprivate func text(of bytes: [UInt8]) -> String? {
        switch self {
        case .text: String(validating: bytes, as: UTF8.self)
        case .base64: Base64.encode(bytes)
        }
    }
}
