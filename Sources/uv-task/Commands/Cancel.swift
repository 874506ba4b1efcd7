import ArgumentParser
import TaskCore
import TaskProtocol

struct CancelCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel waiting and running tasks, and print the id and status of each.",
        discussion: "Exit codes: 0 cancelled, 1 too late, 3 no such task, 6 no server or no answer.")

    @ParentCommand var root: TaskCommand
    @OptionGroup var tasks: TaskArguments
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        let answers = try context.connect { conversation throws(CommandEnd) in
            // A cancel is answered when the task's command has ended, which may take long.
            conversation.probe()
            return try conversation.ask(tasks.ids.map { CancelRequest($0) }, for: tasks.instance)
        }
        return try context.show(answers, of: tasks.ids) { id, reply throws(CommandEnd) in
            let task = reply.task
            if !json.isOn { try context.console.write("\(id) \(task.state.rawValue)\n") }
            // A task that somebody else cancelled is cancelled, too.
            guard let failure = task.failure, failure.code == .cancelled else {
                let outcome = task.state.isFinal ? "had ended before" : "was not cancelled"
                context.console.say("task \(id) \(outcome): \(task.standing)")
                return task.state.isFinal ? .taskFailed : .notFinished
            }
            if !json.isOn, context.console.errors.size() != nil {
                context.console.note("task \(id): \(TerminalText.escapedLine(failure.message))")
            }
            return .success
        }
    }
}
