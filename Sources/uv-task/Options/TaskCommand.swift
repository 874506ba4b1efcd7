import ArgumentParser
import CommandArguments
import Manual
import TaskCore
import TaskProtocol

@main
struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uv-task",
        abstract: "Runs tasks on a uv-taskd server, one at a time, and tells how they stand.",
        discussion: """
            Examples:
              uv-task run revers hello --wait
              id=$(uv-task run revers hello)
              uv-task result --wait $id
              uv-task list

            The original program's options (--action, --task_name, --data, --waiting_for_data) work too: see --help-hidden.

            Exit codes: 0 done; 1 the task ended in error, or a cancel came too late; 2 not finished yet; \
            3 no such task, or no longer kept, or from before a restart; 4 the wait timed out; \
            5 refused (queue or memory full, too many connections, too large, the server is being stopped, key conflict, \
            unknown task name, data that its type does not take); \
            6 no server there, no answer, or the connection was lost; 64 wrong usage; \
            74 stdout or a file could not be written; 130 interrupted. Of several tasks the highest counts.
            """,
        version: productVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Tasks", subcommands: [Run.self, Result.self, Wait.self, Status.self, Log.self, Cancel.self]),
            CommandGroup(name: "The server", subcommands: [List.self, Watch.self, Stats.self, Info.self]),
        ])

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(visibility: .hidden) var original: OriginalOptions

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        printManual(of: Self.self, ManualHead(related: [(name: "uv-taskd", section: 8)]), ifAskedBy: arguments)
        runProgram(Self.self, withoutTerminators(arguments), explaining: Misuse.explain)
    }

    func run() throws {
        guard original.given != nil else { throw ValidationError(Misuse.noCommand) }
        original.command().runProcess(connection.choice)
    }
}
