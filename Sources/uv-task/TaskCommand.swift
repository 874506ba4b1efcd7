import ArgumentParser
import CommandArguments
import TaskClient
import TaskCore

@main
struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uv-task",
        abstract: "Runs tasks on a uv-taskd server, one at a time, and reports their status.",
        discussion: """
            Examples:
              uv-task run revers hello --wait
              id=$(uv-task run revers hello)
              uv-task result --wait $id
              uv-task list
              uv-task --ssh gpu run revers hello --wait

            The server is the first that applies: the options below; UV_TASK_SSH; UV_TASK_SOCKET; UV_TASK_HOST and \
            UV_TASK_PORT; the socket $XDG_RUNTIME_DIR/uv-task/socket, then /run/uv-task/socket, if its folder exists; \
            \(ClientConfiguration().server).

            The legacy options (--action, --task_name, --data, --waiting_for_data) still work; see --help-hidden.

            Exit codes:
            \(exitCodes)

            The server refuses a request because of a limit, a shutdown, a key conflict, an unknown task type, or data that \
            the type does not accept. For several tasks, the highest exit code counts.
            """,
        version: productVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Tasks",
                subcommands: [
                    RunCommand.self, ResultCommand.self, WaitCommand.self, StatusCommand.self, LogCommand.self,
                    CancelCommand.self,
                ]),
            CommandGroup(
                name: "The server",
                subcommands: [
                    ListCommand.self, WatchCommand.self, StatsCommand.self, InfoCommand.self, ProxyCommand.self,
                ]),
        ])

    private static var exitCodes: String {
        ProgramExit.allCases.map { "  \(TerminalText.padded("\($0.rawValue)", to: 5))\($0.meaning)" }
            .joined(separator: "\n")
    }

    @OptionGroup(title: "Connection") var connection: ConnectionOptions
    @OptionGroup(visibility: .hidden) var legacy: LegacyOptions

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        runProgram(Self.self, joiningDashesToData(arguments), hint: hint)
    }

    func run() throws {
        guard legacy.given != nil else { throw ValidationError("give a command, such as: uv-task run revers hello") }
        runProcess()
    }

    static let dataAfterDashes = "data that begins with a dash goes after --: uv-task run NAME -- -5"

    /// Advice for an unknown command, and for a negative number as data, which the library takes for an option.
    static func hint(_ arguments: [String]) -> String? {
        guard let first = arguments.first, !first.hasPrefix("-") else { return nil }
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard names.contains(first) else {
            return nearestName(to: first, among: names).map { "did you mean the command '\($0)'?" }
                ?? "the commands are \(names.joined(separator: ", "))"
        }
        let hasNumber = arguments.prefix { $0 != "--" }.contains {
            $0.hasPrefix("-") && $0.dropFirst().first?.isNumber == true
        }
        return first == "run" && hasNumber ? dataAfterDashes : nil
    }
}

extension TaskCommand: ClientCommand {
    var printsReplies: Bool { false }
    var search: ServerSearch { .withoutFolders }

    /// A call without a command has the legacy form.
    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit { try legacy.perform(context) }
}
