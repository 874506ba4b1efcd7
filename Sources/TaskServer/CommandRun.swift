import Libuv
import TaskCatalog
import Wire

/// One run of a task's command: its process, its input and output, and its end.
///
/// The run ends when the process itself has: what is left of its group is killed then, and what lies in its pipes is read.
final class CommandRun: TaskRun {
    /// How much of its standard error goes with a failure, in bytes.
    private static let longestLastWords = 1024

    /// How much is read of a pipe that others still write to, when the process has ended, in bytes.
    private static let mostOfAPipe = 1 << 20

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

    /// Starts the command.
    ///
    /// - Parameter completion: called once, in a later round of the loop.
    init(
        _ command: Command, for id: TaskID, data: String, _ surroundings: CommandSurroundings,
        completion: @escaping (Result<String, TaskFailure>) -> Void
    ) {
        self.command = command
        self.surroundings = surroundings
        self.completion = completion
        output.onRead = { [unowned self] in takeOutput($0) }
        errors.onRead = { [unowned self] in takeErrors($0) }
        do throws(UVError) {
            try start(id, data)
        } catch {
            fail(.notStarted(error, command))
        }
    }

    private func start(_ id: TaskID, _ data: String) throws(UVError) {
        let program = surroundings.program(command, command.arguments(for: id, data: data))
        let process = try ChildProcess(program, on: surroundings.loop) { [unowned self] in processDidEnd($0) }
        self.process = process
        surroundings.processGuard?.watch(process.identifier)
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
        if let process {
            cause = failure
            process.signalGroup(.kill)
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

    /// Asks the whole group to end, and kills it if it does not.
    func interrupt(_ failure: TaskFailure) {
        guard cause == nil, let process else { return }
        cause = failure
        surroundings.timer.stop()
        guard surroundings.killTime > 0 else { return process.signalGroup(.kill) }
        process.signalGroup(.terminate)
        surroundings.timer.start(after: surroundings.killTime) { process.signalGroup(.kill) }
    }

    func kill() { process?.signalGroup(.kill) }

    var patience: UInt64 { surroundings.killTime }

    func abandon() { close() }

    private func processDidEnd(_ processEnd: ChildProcess.End) {
        guard let process else { return }
        // Others of its group may hold the pipes; and nothing may run beside the next task.
        process.signalGroup(.kill)
        process.output.readWhatIsThere(atMost: Self.mostOfAPipe)
        process.errors.readWhatIsThere(atMost: Self.mostOfAPipe)
        let outcome = outcome(processEnd)
        close()
        completion(outcome)
    }

    private func close() {
        surroundings.timer.stop()
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
