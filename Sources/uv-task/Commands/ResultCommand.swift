import TaskClient
import TaskCore
import TaskProtocol

/// `result`: what tasks answered, at once or when they have ended.
package struct ResultCommand: ClientCommand {
    let tasks: TaskSelection
    let waits: Bool
    let timeout: Int?
    let file: String?
    package let isJSON: Bool

    /// - Parameters:
    ///   - tasks: of several, each result is a line.
    ///   - timeout: of the wait, in milliseconds; nil for none.
    ///   - file: where the result of a single task goes, as it is; `-` is stdout. nil for stdout, harmless on a terminal.
    package init(_ tasks: TaskSelection, waits: Bool, timeout: Int?, file: String? = nil, isJSON: Bool) {
        precondition(file == nil || tasks.ids.count == 1 && !isJSON)
        self.tasks = tasks
        self.waits = waits
        self.timeout = timeout
        self.file = file
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        try ResultOutput.check(file)
        return try context.talk { conversation throws(CommandEnd) in
            let output = ResultOutput(
                console: context.console, isJSON: isJSON, isLine: tasks.ids.count > 1, timeout: timeout,
                instance: tasks.instance, file: file)
            guard waits else {
                let answers = try conversation.ask(tasks.ids.map { .result($0) }, for: tasks.instance)
                var exit = ProgramExit.success
                for (id, answer) in zip(tasks.ids, answers) {
                    exit = max(exit, try output.show(answer, of: id, in: conversation))
                }
                return exit
            }
            return try wait(output, conversation)
        }
    }

    /// Prints in the order of the ids.
    private func wait(_ output: ResultOutput, _ conversation: Conversation) throws(CommandEnd) -> ProgramExit {
        var exit = ProgramExit.success
        let wait = TaskWait(
            tasks: tasks, timeout: timeout, wantsResults: true, isJSON: isJSON, file: file)
        try wait.perform(in: conversation) { index, answer throws(CommandEnd) in
            exit = max(exit, try output.show(answer, of: tasks.ids[index], in: conversation))
        }
        return exit
    }
}
