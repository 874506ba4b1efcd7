import TaskClient
import TaskCore
import TaskProtocol

/// `wait`: tells which tasks have ended, as they do.
package struct WaitCommand: ClientCommand {
    let tasks: TaskSelection
    let timeout: Int?
    package let isJSON: Bool

    /// - Parameter timeout: in milliseconds; nil for none.
    package init(_ tasks: TaskSelection, timeout: Int?, isJSON: Bool) {
        self.tasks = tasks
        self.timeout = timeout
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        var exit = ProgramExit.success
        try context.talk { conversation throws(CommandEnd) in
            let wait = TaskWait(tasks: tasks, timeout: timeout, wantsResults: false, isJSON: isJSON)
            try wait.perform(in: conversation) { index, answer throws(CommandEnd) in
                exit = max(exit, try show(answer, of: tasks.ids[index], context))
            }
        }
        return exit
    }

    private func show(_ answer: Answer, of id: TaskID, _ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        if isJSON { try context.console.write(json: answer, for: id) }
        guard case .status(let report, let timedOut) = answer.reply else { return context.refused(answer, of: id) }
        if timedOut {
            context.console.say(WaitWords.timedOut(id, after: timeout, report))
            return .timedOut
        }
        if !isJSON { try context.console.write("\(id) \(report.state.rawValue)\n") }
        return ProgramExit(forOutcome: report.state)
    }
}
