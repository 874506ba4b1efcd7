import ArgumentParser
import TaskProtocol

struct ResultCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Print the results of tasks.",
        discussion: """
            The result is written unchanged. On a terminal, or for several tasks, a newline is added if the result does \
            not end with one. Binary results are not written to a terminal.

            Exit codes: 0 success, 1 the task ended in error, 2 not finished, 3 no such task, 4 the wait timed out, \
            6 no server or no answer, 74 the result could not be written, 130 interrupted (the task continues).
            """)

    @ParentCommand var root: TaskCommand
    @OptionGroup var tasks: TaskArguments

    @Flag(name: .customLong("wait"), help: "Wait until the task ends.")
    var waits = false

    @OptionGroup var timeout: TimeoutOption
    @OptionGroup var output: OutputOption
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func check() throws {
        if timeout.milliseconds != nil, !waits { throw ValidationError("--timeout needs --wait") }
        if output.file != nil {
            if tasks.ids.count > 1 { throw ValidationError("--output takes the result of one task") }
            try output.check(json)
        }
    }

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        try output.checkFile()
        return try context.connect { conversation throws(CommandEnd) in
            let printer = ResultPrinter(
                conversation: conversation, instance: tasks.instance, timeout: timeout.milliseconds, file: output.file,
                endsLines: tasks.ids.count > 1)
            if waits { return try printer.wait(for: tasks.ids) }
            let answers = try conversation.ask(tasks.ids.map { ResultRequest($0) }, for: tasks.instance)
            return try context.show(answers, of: tasks.ids, printer.show)
        }
    }
}
