import TaskClient
package import TaskPresentation
import Wire

/// `cancel`: ends tasks that wait or run.
package struct CancelCommand: ClientCommand {
    let tasks: TaskSelection
    package let isJSON: Bool

    /// - Parameter isJSON: whether the replies are printed, an object a line.
    package init(_ tasks: TaskSelection, isJSON: Bool) {
        self.tasks = tasks
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        let answers = try context.talk { conversation throws(CommandEnd) in
            try conversation.ask(tasks.ids.map { .cancel($0) }, for: tasks.instance)
        }
        var exit = ProgramExit.success
        for (id, answer) in zip(tasks.ids, answers) {
            if isJSON { try context.console.write(json: answer, for: id) }
            guard case .status(let report, _) = answer.reply else {
                exit = max(exit, context.refused(answer, of: id))
                continue
            }
            if !isJSON { try context.console.write("\(id) \(report.state.rawValue)\n") }
            if !isJSON, context.console.errors.size() != nil, let failure = report.failure, failure.code == .cancelled {
                context.console.note(WaitWords.cancelled(id, failure))
            }
            // Whoever cancelled it: it is cancelled.
            if report.failure?.code != .cancelled {
                context.console.say(UsageWords.notCancelled(id, report))
                exit = max(exit, report.state.isFinal ? .taskFailed : .notFinished)
            }
        }
        return exit
    }
}
