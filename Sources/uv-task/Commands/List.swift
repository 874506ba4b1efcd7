import ArgumentParser
import CommandArguments
import TaskClient
import TaskCore
import TaskProtocol

struct ListCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Print the newest tasks in a table.",
        discussion: "Exit codes: 0 answered, 6 no server or no answer.")

    @ParentCommand var root: TaskCommand

    @Option(
        help: ArgumentHelp(
            "Only list tasks in this state: \(TaskState.words.joined(separator: ", ")).", valueName: "status"),
        completion: .list(TaskState.words), transform: word(of: TaskState.self))
    var status: TaskState?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number of tasks to print (default: 20).", valueName: "number"),
        transform: wholeNumber(in: Limits.countRange))
    var last = 20

    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        try context.connect { conversation throws(CommandEnd) in
            var tasks: [TaskReport] = []
            var query = ListQuery(state: status)
            // A reply may have fewer tasks than requested, or none, and there may still be another part.
            repeat {
                query.limit = min(last - tasks.count, ListQuery.limitRange.upperBound)
                let answer = try conversation.ask(ListRequest(query))
                let part = try context.reply(answer)
                if json.isOn { try context.console.write(context.jsonLine(answer.text)) }
                tasks += part.tasks
                query.before = part.next
            } while query.before != nil && tasks.count < last
            if !json.isOn { try show(tasks, hasMore: query.before != nil, context) }
            return .success
        }
    }

    private func show(_ tasks: [TaskReport], hasMore: Bool, _ context: ClientContext) throws(CommandEnd) {
        let console = context.console
        let lines = TaskListTable.lines(
            tasks, now: console.now(), users: context.users, width: console.output.size()?.columns,
            hasColors: console.outputHasColors)
        try console.write(lines.map { $0 + "\n" }.joined())
        guard console.errors.size() != nil else { return }
        if tasks.isEmpty {
            console.note("no tasks")
        } else if hasMore {
            let count = tasks.count
            console.note("the newest \(count); --last \(count * 10) shows more, uv-task watch shows new ones")
        }
    }
}
