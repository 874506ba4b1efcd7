import TaskClient
package import TaskPresentation
package import Wire

/// `result`: what tasks answered, at once or when they have ended.
package struct ResultCommand: ClientCommand {
    let ids: [TaskID]
    let instance: InstanceID?
    let waits: Bool
    let timeout: Int?
    let isJSON: Bool

    /// - Parameters:
    ///   - ids: at least one; of several, each result is a line.
    ///   - instance: the life of the server to which the ids belong; nil for any.
    ///   - timeout: of the wait, in milliseconds; nil for none.
    package init(ids: [TaskID], instance: InstanceID?, waits: Bool, timeout: Int?, isJSON: Bool) {
        self.ids = ids
        self.instance = instance
        self.waits = waits
        self.timeout = timeout
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        try context.talk { conversation throws(CommandEnd) in
            let output = ResultOutput(
                console: context.console, isJSON: isJSON, isLine: ids.count > 1, timeout: timeout, instance: instance)
            guard waits else {
                let answers = try conversation.ask(ids.map { .result($0) }, for: instance)
                var exit = ProgramExit.success
                for (id, answer) in zip(ids, answers) {
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
        let wait = TaskWait(ids: ids, instance: instance, timeout: timeout, wantsResults: true, isJSON: isJSON)
        try wait.perform(in: conversation) { index, answer throws(CommandEnd) in
            exit = max(exit, try output.show(answer, of: ids[index], in: conversation))
        }
        return exit
    }
}
