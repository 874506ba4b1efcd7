import ArgumentParser
import TaskCore
import TaskProtocol

struct StatusCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Print the status of tasks: waiting, execute, success or error.",
        discussion: "Exit codes: 0 answered, 3 no such task, 6 no server or no answer.")

    @ParentCommand var root: TaskCommand
    @OptionGroup var tasks: TaskArguments
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        let answers = try context.connect { conversation throws(CommandEnd) in
            try conversation.ask(tasks.ids.map { StatusRequest($0) }, for: tasks.instance)
        }
        return try context.show(answers, of: tasks.ids) { id, reply throws(CommandEnd) in
            let task = reply.task
            if !json.isOn { try context.console.write("\(task.state.rawValue)\n") }
            if context.console.errors.size() != nil, !task.state.isFinal || task.failure != nil {
                context.console.note((tasks.ids.count > 1 ? "task \(id): " : "") + task.standing)
            }
            return .success
        }
    }
}
