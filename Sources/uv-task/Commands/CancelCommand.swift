import TaskCore
import TaskProtocol

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
        try tasks.ask({ .cancel($0) }, context, isJSON: isJSON) { id, report throws(CommandEnd) in
            if !isJSON { try context.console.write("\(id) \(report.state.rawValue)\n") }
            // Whoever cancelled it: it is cancelled.
            guard let failure = report.failure, failure.code == .cancelled else {
                context.console.say(UsageWords.notCancelled(id, report))
                return report.state.isFinal ? .taskFailed : .notFinished
            }
            if !isJSON, context.console.errors.size() != nil {
                context.console.note(WaitWords.cancelled(id, failure))
            }
            return .success
        }
    }
}
