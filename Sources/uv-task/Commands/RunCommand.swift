import TaskClient
import TaskCore
import TaskProtocol

/// `run`: submits one task, and prints its id or its result.
package struct RunCommand: ClientCommand {
    /// Where a task's data comes from.
    package enum Data: Equatable, Sendable {
        /// The command line has it.
        case given(String)
        /// The input to its end, less one final newline unless it is exact.
        case input(isExact: Bool)
    }

    let taskName: String
    let data: Data
    let key: String?
    let waits: Bool
    let timeout: Int?
    let file: String?
    package let isJSON: Bool

    /// - Parameters:
    ///   - key: with which the task is submitted once only, 1 to 128 bytes; nil for one of its own.
    ///   - timeout: of the wait, in milliseconds; nil for none.
    ///   - file: where the result goes, as it is; `-` is stdout. nil for stdout, harmless on a terminal.
    package init(
        taskName: String, data: Data, key: String?, waits: Bool, timeout: Int?, file: String? = nil, isJSON: Bool
    ) {
        precondition(file == nil || waits && !isJSON)
        self.taskName = taskName
        self.data = data
        self.key = key
        self.waits = waits
        self.timeout = timeout
        self.file = file
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        try ResultOutput.check(file)
        let bytes =
            switch data {
            case .given(let text): Array(text.utf8)
            case .input: try DataReader(console: context.console).read()
            }
        return try context.talk { conversation throws(CommandEnd) in
            // The type tells how its data is submitted.
            var answer = try conversation.ask(.info)
            if case .info(let information) = answer.reply {
                answer = try submit(encode(bytes, DataEncoder(taskName, information)), in: conversation)
            }
            switch answer.reply {
            case .submitted(let submission):
                if waits { return try waitForResult(of: submission, in: conversation) }
                try show(answer, submission, on: context.console)
                return .success
            case .refused(let error):
                if isJSON { try context.console.write(json: answer) }
                context.console.say(RefusalWords.refused(error, submitOf: taskName))
                return ProgramExit(error.code)
            default: preconditionFailure("no reply to a submit")
            }
        }
    }

    private func encode(_ bytes: [UInt8], _ encoder: DataEncoder) throws(CommandEnd) -> String {
        var bytes = bytes
        // What an editor or `echo` adds; a file that is no text may end with any byte.
        if data == .input(isExact: false), !encoder.isBinary, bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard bytes.count <= encoder.limit else {
            throw CommandEnd(.refused, UsageWords.tooLarge(limit: encoder.limit))
        }
        return try encoder.data(bytes) { UsageWords.notUTF8(offset: $0) }
    }

    private func submit(_ data: String, in conversation: Conversation) throws(CommandEnd) -> Answer {
        do throws(ClientError) {
            return try conversation.client.ask(.run(taskName: taskName, data: TaskData(data), key: key))
        } catch .submitUnanswered(let cause) {
            let open = "\(ClientError.submitUnanswered(cause))"
            throw CommandEnd(
                .noConnection,
                key == nil
                    ? UsageWords.unanswered(open, options: conversation.context.options) : UsageWords.sameKey(open))
        } catch {
            throw conversation.context.end(error)
        }
    }

    private func show(
        _ answer: Answer, _ submission: Reply.Submission, on console: Console
    ) throws(CommandEnd) {
        if isJSON { return try console.write(json: answer) }
        try console.write("\(submission.id)\n")
        if console.errors.size() != nil { console.note(TaskWords.standing(submission.task)) }
    }

    private func waitForResult(
        of submission: Reply.Submission, in conversation: Conversation
    ) throws(CommandEnd) -> ProgramExit {
        var exit = ProgramExit.success
        let output = ResultOutput(
            console: conversation.console, isJSON: isJSON, isLine: false, timeout: timeout,
            instance: submission.instance, file: file)
        let wait = TaskWait(
            tasks: TaskSelection([submission.id], of: submission.instance), timeout: timeout, wantsResults: true,
            isJSON: isJSON, file: file)
        try wait.perform(in: conversation, known: submission.task) { _, answer throws(CommandEnd) in
            exit = try output.show(answer, of: submission.id, in: conversation)
        }
        return exit
    }
}

extension Reply.Submission {
    /// A reply without one is not taken for an answer to a submit.
    var id: TaskID {
        guard let id = task.id else { preconditionFailure("a submission without an id") }
        return id
    }
}
