import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// The state of a `run --each-line`: lines in, submits and waits in flight, answers out in the order of the lines.
final class EachLine {
    private enum Arrival {
        case bytes(Result<[UInt8], UVError>)
        case submit(Int, Answer)
        /// Of the line, with the id of its task.
        case result(Int, TaskID, Answer)
    }

    private let command: EachLineCommand
    private let conversation: Conversation
    private var reader: LineReader
    private var inbox: [Arrival] = []
    /// Lines that were read and not submitted yet.
    private var lines: [String] = []
    private var isReading = false
    private var isAtEnd = false
    /// Nothing more is submitted.
    private var isRefused = false
    /// The first line that was refused, from 1 on, and why.
    private var refusal: (line: Int, error: RequestError)?
    /// Lines after that one that went out before its refusal came, from 1 on. Their ids would be taken for those of other
    /// lines: they are told with the refusal.
    private var submittedAfter: [(line: Int, id: TaskID)] = []
    /// Why nothing more can be read.
    private var inputError: CommandEnd?
    private var submitted = 0
    /// The indices of the lines whose submits have no answer.
    private var unanswered: Set<Int> = []
    private var awaited = 0
    /// What each line came to, nil where that was said.
    private var output = ReorderBuffer<Outcome>()
    private var instance: InstanceID?
    /// Tasks that are waited for.
    private var open: Set<TaskID> = []
    /// Those, and tasks whose results wait for those of earlier lines.
    private var unprinted: Set<TaskID> = []
    private var exit = ProgramExit.success

    private enum Outcome {
        case submit(Answer)
        case result(TaskID, Answer)
    }

    init(_ command: EachLineCommand, _ conversation: Conversation, _ encoder: DataEncoder) {
        self.command = command
        self.conversation = conversation
        reader = LineReader(encoder)
    }

    func perform() throws(CommandEnd) -> ProgramExit {
        while true {
            submitLines()
            readOn()
            if !isReading, unanswered.isEmpty, awaited == 0 { break }
            if isRefused, unanswered.isEmpty, awaited == 0 { break }
            do throws(Conversation.Stop) {
                try conversation.wait { !inbox.isEmpty }
            } catch {
                throw end(error)
            }
            let arrivals = inbox
            inbox = []
            for arrival in arrivals { try take(arrival) }
        }
        if let refusal { throw end(refusal.line, refusal.error) }
        if let inputError { throw inputError }
        return exit
    }

    // MARK: In

    private func readOn() {
        guard !isReading, !isAtEnd, !isRefused, lines.isEmpty else { return }
        isReading = true
        let read = conversation.console.input.read
        // On a pool thread: answers are printed while the next line is waited for.
        Work.queue(on: conversation.client.loop) {
            read(65536)
        } completion: { [weak self] in
            self?.inbox.append(.bytes($0))
        }
    }

    private func submitLines() {
        var taken = 0
        // Each submit may become a wait; what is read beyond them is submitted as tasks end.
        while !isRefused, taken < lines.count, unanswered.count < EachLineCommand.mostSubmits,
            awaited + unanswered.count < MessageLimits.waitsOfClient
        {
            submit(lines[taken])
            taken += 1
        }
        lines.removeFirst(taken)
    }

    private func submit(_ line: String) {
        let index = submitted
        submitted += 1
        unanswered.insert(index)
        conversation.client.send(.run(taskName: command.taskName, data: TaskData(line))) { [unowned self] in
            inbox.append(.submit(index, $0))
        }
    }

    private func take(_ arrival: Arrival) throws(CommandEnd) {
        switch arrival {
        case .bytes(let bytes):
            isReading = false
            takeInput(bytes)
        case .submit(let index, let answer):
            unanswered.remove(index)
            try takeSubmit(index, answer)
        case .result(let index, let id, let answer):
            awaited -= 1
            open.remove(id)
            try put(.result(id, answer), at: index)
        }
    }

    private func takeInput(_ input: Result<[UInt8], UVError>) {
        do throws(CommandEnd) {
            switch input {
            case .failure(let error): throw CommandEnd(unreadable: error)
            case .success([]):
                isAtEnd = true
                try reader.end(into: &lines)
            case .success(let bytes): try reader.take(bytes, into: &lines)
            }
        } catch {
            // What stands before it is submitted all the same.
            isAtEnd = true
            inputError = error
        }
    }

    private func takeSubmit(_ index: Int, _ answer: Answer) throws(CommandEnd) {
        if case .refused = answer.reply { isRefused = true }
        guard command.waits, case .submitted(let submission) = answer.reply else {
            return try put(.submit(answer), at: index)
        }
        awaited += 1
        open.insert(submission.id)
        unprinted.insert(submission.id)
        instance = submission.instance
        let wait = Request.Wait(timeout: command.timeout)
        conversation.client.send(.result(submission.id, wait), for: submission.instance) { [unowned self] in
            inbox.append(.result(index, submission.id, $0))
        }
    }

    // MARK: Out

    private func put(_ outcome: Outcome, at index: Int) throws(CommandEnd) {
        var bytes: [UInt8] = []
        for (index, outcome) in output.put(outcome, at: index) {
            switch outcome {
            case .submit(let answer): show(answer, line: index + 1, &bytes)
            case .result(let id, let answer):
                unprinted.remove(id)
                guard refusal == nil else {
                    submittedAfter.append((index + 1, id))
                    continue
                }
                let result = ResultOutput(
                    console: conversation.console, isJSON: command.isJSON, isLine: true, timeout: command.timeout,
                    instance: instance)
                exit = max(exit, try result.show(answer, of: id, in: conversation))
            }
        }
        if !bytes.isEmpty { try conversation.console.write(bytes) }
    }

    private func show(_ answer: Answer, line: Int, _ bytes: inout [UInt8]) {
        switch answer.reply {
        case .submitted(let submission) where refusal != nil:
            return submittedAfter.append((line, submission.id))
        case .refused where refusal != nil: return
        case .submitted(let submission):
            if !command.isJSON { bytes.append(text: "\(submission.id)\n") }
        case .refused(let error): refusal = (line, error)
        default: preconditionFailure("no reply to a submit")
        }
        if command.isJSON { bytes.append(text: conversation.console.jsonLine(answer)) }
    }

    private func end(_ line: Int, _ error: RequestError) -> CommandEnd {
        let sentence = RefusalWords.refused(error, submitOf: command.taskName)
        return CommandEnd(
            ProgramExit(error.code),
            RefusalWords.line(
                line, sentence, isTemporary: RefusalWords.isTemporary(error), submittedAfter: submittedAfter))
    }

    private func end(_ stop: Conversation.Stop) -> CommandEnd {
        switch stop {
        case .signal(let signal):
            CommandEnd(signal, WaitWords.interrupted(open.sorted(), unprinted: unprinted.sorted(), call))
        case .lost(let error): CommandEnd(.noConnection, lost(error))
        }
    }

    private var call: WaitCall {
        WaitCall(
            wantsResults: true, instance: instance, isJSON: command.isJSON, options: conversation.context.options)
    }

    /// What is known of the lines and their tasks.
    private func lost(_ error: ClientError) -> String? {
        let context = conversation.context
        // That a submit is unanswered is told in lines.
        let cause = if case .submitUnanswered(let cause) = error { cause } else { error }
        var unknown: ClosedRange<Int>?
        if let first = unanswered.min(), let last = unanswered.max() { unknown = first + 1...last + 1 }
        if !open.isEmpty, !cause.meansRestart {
            return WaitWords.connectionLost(
                to: context.server, open.sorted(), unprinted: unprinted.sorted(), unknown: unknown,
                cause: cause.description, call)
        }
        let sentence = context.end(cause).sentence ?? cause.description
        return submitted == 0
            ? sentence : UsageWords.linesLost(sentence, answered: submitted - unanswered.count, unknown: unknown)
    }
}

extension ClientError {
    /// The tasks are gone then, those that were waited for too.
    fileprivate var meansRestart: Bool { if case .restarted = self { true } else { false } }
}
