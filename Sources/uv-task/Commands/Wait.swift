import ArgumentParser
import TaskCore
import TaskProtocol

struct WaitCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait for tasks, and print the id and status of each when it ends.",
        discussion: """
            Exit codes: 0 all succeeded, 1 a task ended in error, 3 no such task, 4 the wait timed out, \
            6 no server or no answer, 130 interrupted (the tasks continue). The highest code counts.
            """)

    @ParentCommand var root: TaskCommand
    @OptionGroup var tasks: TaskArguments
    @OptionGroup var timeout: TimeoutOption
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        try context.connect { conversation throws(CommandEnd) in
            let wait = TaskWait<StatusRequest>(
                for: tasks.ids, of: tasks.instance, timeout: timeout.milliseconds, in: conversation)
            return try wait.perform { id, answer throws(CommandEnd) in
                try context.show(answer, of: id) { reply throws(CommandEnd) in try show(reply, of: id, context) }
            }
        }
    }

    private func show(
        _ reply: StatusReply, of id: TaskID, _ context: ClientContext
    ) throws(CommandEnd) -> ProgramExit {
        if reply.timedOut {
            context.console.say(WaitMessage.timedOut(id, after: timeout.milliseconds, reply.task))
            return .timedOut
        }
        if !json.isOn { try context.console.write("\(id) \(reply.task.state.rawValue)\n") }
        return ProgramExit(forOutcome: reply.task.state)
    }
}
