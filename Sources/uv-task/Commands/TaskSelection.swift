import TaskClient
package import TaskCore
import TaskProtocol

/// The tasks that a command is about.
package struct TaskSelection: Sendable {
    /// In the order in which they were given; at least one.
    package let ids: [TaskID]
    /// The life of the server to which the ids belong; nil for any.
    package let instance: InstanceID?

    /// - Parameter ids: at least one.
    package init(_ ids: [TaskID], of instance: InstanceID? = nil) {
        precondition(!ids.isEmpty)
        self.ids = ids
        self.instance = instance
    }
}

extension TaskSelection {
    /// Asks the same of each task, all at once: prints the replies with `--json`, and says why one was refused.
    ///
    /// - Parameter show: is given what was told of each other task, in the order of the ids; returns its exit code.
    /// - Returns: the highest of the exit codes.
    func ask(
        _ request: (TaskID) -> Request, _ context: CommandContext, isJSON: Bool,
        show: (TaskID, TaskReport) throws(CommandEnd) -> ProgramExit
    ) throws(CommandEnd) -> ProgramExit {
        let answers = try context.talk { conversation throws(CommandEnd) in
            let requests = ids.map(request)
            // A cancel takes as long as its command takes to end. This question has a deadline: a server that hangs is noticed.
            if case .cancel = requests.first { conversation.client.send(.info) { _ in } }
            return try conversation.ask(requests, for: instance)
        }
        var exit = ProgramExit.success
        for (id, answer) in zip(ids, answers) {
            if isJSON { try context.console.write(json: answer, for: id) }
            if case .status(let report, _) = answer.reply {
                exit = max(exit, try show(id, report))
            } else {
                exit = max(exit, context.refused(answer, of: id))
            }
        }
        return exit
    }
}
