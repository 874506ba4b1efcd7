import Libuv
import TaskCore
import TaskProtocol

/// One run of a task's command: its process, its input and output, and its end.
///
/// The run ends when nothing that it has started runs any more. Where the process itself has ended and others have not, they are
/// killed; but where all were asked to end, they have the same time for it.
final class CommandRun: TaskRun {
    /// How much of its standard error goes with a failure, in bytes.
    private static let longestLastWords = 1024

    /// How much is read of a pipe that others still write to, when the process has ended, in bytes.
    private static let mostOfAPipe = 1 << 20

    /// How long it waits between looks for what is left: twice as long each time, up to the latter, in milliseconds.
    private static let looks: (first: UInt64, rarest: UInt64) = (1, 50)

    /// After so long it is told that something which was killed still runs, in milliseconds.
    private static let longStay: UInt64 = 5000

    private let id: TaskID
    private let command: Command
    private let surroundings: CommandSurroundings
    private let completion: (Result<String, TaskFailure>) -> Void

    private var process: ChildProcess?
    private let output = PipeReader()
    private let errors = PipeReader()
    private let input = PipeWriter()
    private var result: [UInt8] = []
    private var lastWords: [UInt8] = []
    /// Why it is being ended before its time.
    private var cause: TaskFailure?
    /// How the process itself came to its end, once it has.
    private var processEnd: ChildProcess.End?
    /// When its processes were first killed, on the loop's clock; nil where they were not.
    private var killedAt: UInt64?
    private var isStayTold = false

    /// Starts the command.
    ///
    /// - Parameter completion: called once, in a later round of the loop.
    init(
        _ command: Command, for id: TaskID, data: String, _ surroundings: CommandSurroundings,
        completion: @escaping (Result<String, TaskFailure>) -> Void
    ) {
        self.id = id
        self.command = command
        self.surroundings = surroundings
        self.completion = completion
        output.onRead = { [unowned self] in takeOutput($0) }
        errors.onRead = { [unowned self] in takeErrors($0) }
        do throws(UVError) {
            try start(data)
        } catch {
            fail(.notStarted(error, command))
        }
    }

    private func start(_ data: String) throws(UVError) {
        let program = surroundings.program(command, command.arguments(for: id, data: data))
        let process = try ChildProcess(program, on: surroundings.loop, guardedBy: surroundings.processGuard) {
            [unowned self] in processDidEnd($0)
        }
        self.process = process
        if let timeout = command.timeout {
            surroundings.timer.start(after: timeout.millisecondsRoundedUp) { [unowned self] in
                interrupt(.timedOut(timeout))
            }
        }
        try output.read(process.output)
        try errors.read(process.errors)
        input.write(command.input(data), to: process.input)
    }

    private func fail(_ failure: TaskFailure) {
        if process != nil {
            cause = failure
            kill()
        } else {
            // Not at once: whoever started this is to go on first.
            surroundings.nextRound.start { [self] in completion(.failure(failure)) }
        }
    }

    // MARK: Output

    private func takeOutput(_ bytes: Span<UInt8>) {
        guard cause == nil else { return }
        guard bytes.count <= command.maximumOutput - result.count else {
            result = []
            if processEnd != nil { return cause = .outputTooLarge(command.maximumOutput) }
            return interrupt(.outputTooLarge(command.maximumOutput))
        }
        result.append(copying: bytes)
    }

    private func takeErrors(_ bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        lastWords += copy
        if lastWords.count > Self.longestLastWords { lastWords.removeFirst(lastWords.count - Self.longestLastWords) }
        surroundings.onLog(copy)
    }

    // MARK: End

    /// Asks all its processes to end, and kills those that do not.
    func interrupt(_ failure: TaskFailure) {
        guard cause == nil, processEnd == nil, let process else { return }
        cause = failure
        // A stopped process hears nothing before it goes on.
        process.session.send(.terminate, .resume)
        surroundings.timer.start(after: surroundings.killTime) { [unowned self] in kill() }
    }

    func kill() {
        killedAt = killedAt ?? surroundings.loop.preciseNow
        process?.session.send(.kill)
    }

    var patience: UInt64 { surroundings.killTime }

    func abandon() { close() }

    private func processDidEnd(_ end: ChildProcess.End) {
        guard let process else { return }
        let wasInterrupted = cause != nil
        processEnd = end
        readPipes()
        // Mostly nothing is left.
        if process.isSessionEmpty() { return finish(end) }
        if !wasInterrupted {
            surroundings.timer.stop()
            kill()
        }
        endWithSession(lookingAgainAfter: Self.looks.first)
    }

    /// Nothing of it may run beside the next task. What was killed takes a moment to end, longer where it has much memory.
    private func endWithSession(lookingAgainAfter delay: UInt64) {
        guard let process, let processEnd else { return }
        if process.isSessionEmpty() { return finish(processEnd) }
        if let killedAt {
            // Some may have been about to start others.
            kill()
            if surroundings.loop.preciseNow - killedAt >= Self.longStay, !isStayTold {
                isStayTold = true
                surroundings.onStay(id)
            }
        }
        surroundings.sessionTimer.start(after: delay) { [self] in
            endWithSession(lookingAgainAfter: min(2 * delay, Self.looks.rarest))
        }
    }

    private func finish(_ processEnd: ChildProcess.End) {
        readPipes()
        let outcome = outcome(processEnd)
        close()
        completion(outcome)
    }

    /// What was written so far. A process that has left the session may hold the pipes: their end is not waited for.
    private func readPipes() {
        guard let process else { return }
        for pipe in [process.output, process.errors] { pipe.readWhatIsThere(atMost: Self.mostOfAPipe) }
    }

    private func close() {
        surroundings.timer.stop()
        surroundings.sessionTimer.stop()
        process?.close()
        process = nil
    }

    private func outcome(_ processEnd: ChildProcess.End) -> Result<String, TaskFailure> {
        var failure: TaskFailure
        switch (cause, processEnd) {
        case (let cause?, _): failure = cause
        case (nil, .exited(status: 0)):
            guard let text = command.result.text(of: result) else {
                failure = .notUTF8
                break
            }
            return .success(text)
        case (nil, .exited(let status)): failure = .exited(status)
        case (nil, .signalled(let number)): failure = .signalled(number)
        }
        if !lastWords.isEmpty { failure.errorOutput = lastWords.wholeCharacters }
        return .failure(failure)
    }
}

extension DataEncoding {
    /// - Returns: nil where the bytes are not what the encoding can carry.
    fileprivate func text(of bytes: [UInt8]) -> String? {
        switch self {
        case .text:
            guard let text = try? UTF8Span(validating: bytes.span) else { return nil }
            return String(copying: text)
        case .base64: return Base64.encode(bytes)
        }
    }
}

extension [UInt8] {
    /// As text, without what is left in front of a character that was cut.
    fileprivate var wholeCharacters: String {
        String(decoding: self[(firstIndex { $0 & 0b1100_0000 != 0b1000_0000 } ?? 0)...], as: UTF8.self)
    }
}
