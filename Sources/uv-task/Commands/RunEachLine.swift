import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// Performs `run --each-line`: reads lines, submits them, and prints the answers in the order of the lines.
final class RunEachLine {
    /// The most submits without an answer.
    private static let maximumSubmits = 256

    private enum Arrival {
        case input(Result<[UInt8], UVError>)
        case answer(LineAnswer, line: Int)
    }

    private enum LineAnswer {
        case submit(Answer<RunReply>)
        case result(TaskID, Answer<ResultReply>)
    }

    private enum Input {
        case idle
        /// A pool thread reads.
        case reading
        /// Nothing more is read: the input ended or failed.
        case ended
    }

    private let command: RunCommand
    private let conversation: Conversation
    private var arrived: [Arrival] = []

    private var input = Input.idle
    private var reader: LineReader
    private var inputError: CommandEnd?
    /// Lines that were read and not submitted yet.
    private var lines: [String] = []

    /// The number of lines that were submitted. Lines are counted from 1.
    private var submitted = 0
    /// The lines whose submits have no answer.
    private var unanswered: Set<Int> = []
    /// Whether a submit was refused: nothing more is submitted.
    private var isRefused = false
    /// The first refused line.
    private var refusal: (line: Int, refusal: Refusal)?
    /// The lines after it that were submitted before the refusal arrived. Their ids are not printed, but are in the message
    /// of the refusal: on stdout, they would be taken for the ids of other lines.
    private var submittedAfter: [(line: Int, id: TaskID)] = []

    private var instance: InstanceID?
    /// The tasks that have not ended.
    private var open: Set<TaskID> = []
    /// The tasks without printed results: the open ones, and those whose results wait for the results of earlier lines.
    private var unprinted: Set<TaskID> = []
    /// The number of requested results that have not arrived.
    private var awaited = 0
    private var output = ReorderBuffer<LineAnswer>(next: 1)
    private var exit = ProgramExit.success

    private var context: ClientContext { conversation.context }

    init(_ command: RunCommand, _ conversation: Conversation, _ encoder: DataEncoder) {
        self.command = command
        self.conversation = conversation
        reader = LineReader(encoder)
    }

    func perform() throws(CommandEnd) -> ProgramExit {
        while true {
            submitLines()
            read()
            if unanswered.isEmpty, awaited == 0, isRefused || input != .reading { break }
            try conversation.wait(until: { !arrived.isEmpty }, orThrow: end)
            let arrivals = arrived
            arrived = []
            for arrival in arrivals { try take(arrival) }
        }
        if let refusal { throw end(refusal.line, refusal.refusal) }
        if let inputError { throw inputError }
        return exit
    }

    // MARK: Input

    private func read() {
        guard input == .idle, !isRefused, lines.isEmpty else { return }
        input = .reading
        let read = conversation.console.input.read
        // On a pool thread, so that answers are printed while a line is typed.
        Work.queue(on: conversation.client.loop) {
            read(65536)
        } completion: { [weak self] in
            self?.arrived.append(.input($0))
        }
    }

    private func takeInput(_ bytes: Result<[UInt8], UVError>) {
        input = .idle
        do throws(CommandEnd) {
            switch bytes {
            case .failure(let error): throw .unreadableInput(error)
            case .success([]):
                input = .ended
                try reader.end(into: &lines)
            case .success(let bytes): try reader.take(bytes, into: &lines)
            }
        } catch {
            // The lines before the failure are still submitted.
            input = .ended
            inputError = error
        }
    }

    // MARK: Requests

    private func submitLines() {
        var taken = 0
        // Each submit may be followed by a wait, and the waits of a connection are limited.
        while !isRefused, taken < lines.count, unanswered.count < Self.maximumSubmits,
            awaited + unanswered.count < Limits.clientWaits
        {
            submit(lines[taken])
            taken += 1
        }
        lines.removeFirst(taken)
    }

    private func submit(_ data: String) {
        submitted += 1
        let line = submitted
        unanswered.insert(line)
        conversation.client.send(RunRequest(taskName: command.taskName, data: TaskData(data))) { [unowned self] in
            arrived.append(.answer(.submit($0), line: line))
        }
    }

    private func take(_ arrival: Arrival) throws(CommandEnd) {
        switch arrival {
        case .input(let bytes): takeInput(bytes)
        case .answer(let answer, let line):
            switch answer {
            case .submit(let submit):
                unanswered.remove(line)
                switch submit.result {
                case .success(let submitted) where command.waits: return wait(for: submitted, line: line)
                case .success: break
                case .failure: isRefused = true
                }
            case .result(let id, _):
                awaited -= 1
                open.remove(id)
            }
            try put(answer, of: line)
        }
    }

    private func wait(for submitted: RunReply, line: Int) {
        let id = submitted.task
        awaited += 1
        open.insert(id)
        unprinted.insert(id)
        instance = submitted.instance
        let request = ResultRequest(id, wait: Wait(timeout: command.timeout.milliseconds))
        conversation.client.send(request, for: submitted.instance) { [unowned self] in
            arrived.append(.answer(.result(id, $0), line: line))
        }
    }

    // MARK: Output

    /// Prints the answers of the first lines that have one.
    private func put(_ answer: LineAnswer, of line: Int) throws(CommandEnd) {
        var text = ""
        for (line, answer) in output.put(answer, at: line) {
            switch answer {
            case .submit(let answer): text += show(answer, of: line)
            case .result(let id, let answer):
                unprinted.remove(id)
                if refusal != nil {
                    submittedAfter.append((line, id))
                } else {
                    let printer = ResultPrinter(
                        conversation: conversation, instance: instance, timeout: command.timeout.milliseconds,
                        endsLines: true)
                    exit = max(exit, try printer.show(answer, of: id))
                }
            }
        }
        if !text.isEmpty { try conversation.console.write(text) }
    }

    /// - Returns: the text for stdout.
    private func show(_ answer: Answer<RunReply>, of line: Int) -> String {
        switch answer.result {
        case .success(let submitted) where refusal != nil:
            submittedAfter.append((line, submitted.task))
            return ""
        case .failure where refusal != nil: return ""
        case .success(let submitted):
            return command.json.isOn ? context.jsonLine(answer.text) : "\(submitted.task)\n"
        case .failure(let refusal):
            self.refusal = (line, refusal)
            return command.json.isOn ? context.jsonLine(answer.text) : ""
        }
    }

    // MARK: End

    private func end(_ line: Int, _ refusal: Refusal) -> CommandEnd {
        // Data that never fits is refused without a time for another try.
        let isTemporary = refusal.code == .queueFull || refusal.code == .memoryFull && refusal.retryAfter != nil
        return CommandEnd(
            ProgramExit(refusal.code),
            LineMessage.refused(
                line, RefusalMessage.text(refusal, options: context.options), isTemporary: isTemporary,
                submittedAfter: submittedAfter))
    }

    private func end(_ stop: Conversation.Stop) -> CommandEnd {
        let next = NextCommand(context, wantsResults: true, instance: instance)
        switch stop {
        case .signal(let signal):
            return CommandEnd(signal, WaitMessage.interrupted(open.sorted(), unprinted: unprinted.sorted(), next))
        case .lost(let error):
            return CommandEnd(.noConnection, lostConnection(error, next))
        }
    }

    private func lostConnection(_ error: ClientError, _ next: NextCommand) -> String? {
        // The message names the lines without an answer itself.
        let cause = if case .submitUnanswered(let cause) = error { cause } else { error }
        let isRestart = if case .restarted = cause { true } else { false }
        var unknown: ClosedRange<Int>?
        if let first = unanswered.min(), let last = unanswered.max() { unknown = first...last }
        if !open.isEmpty, !isRestart {
            return WaitMessage.connectionLost(
                context, cause, open.sorted(), unprinted: unprinted.sorted(), unknownLines: unknown, next)
        }
        let sentence = context.end(cause).sentence ?? cause.description
        return submitted == 0
            ? sentence : LineMessage.lost(sentence, answered: submitted - unanswered.count, unknown: unknown)
    }
}
