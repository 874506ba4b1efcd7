import TaskClient
package import TaskPresentation
import Wire

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
    package let isJSON: Bool

    /// - Parameters:
    ///   - key: with which the task is submitted once only, 1 to 128 bytes; nil for one of its own.
    ///   - timeout: of the wait, in milliseconds; nil for none.
    package init(taskName: String, data: Data, key: String?, waits: Bool, timeout: Int?, isJSON: Bool) {
        self.taskName = taskName
        self.data = data
        self.key = key
        self.waits = waits
        self.timeout = timeout
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        let data =
            switch data {
            case .given(let text): text
            case .input(let isExact): try DataReader(console: context.console, isExact: isExact).read()
            }
        return try context.talk { conversation throws(CommandEnd) in
            let answer = try submit(data, in: conversation)
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

    private func submit(_ data: String, in conversation: Conversation) throws(CommandEnd) -> Answer {
        do throws(ClientError) {
            return try conversation.client.ask(.run(taskName: taskName, data: data, key: key))
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
            instance: submission.instance)
        let wait = TaskWait(
            tasks: TaskSelection([submission.id], of: submission.instance), timeout: timeout, wantsResults: true,
            isJSON: isJSON)
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
