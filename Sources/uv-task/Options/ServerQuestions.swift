import ArgumentParser
import CommandArguments
import TaskCore
import TaskProtocol

extension TaskCommand {
    struct List: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Print the newest tasks in a table.",
            discussion: "Exit codes: 0 answered, 6 no server or no answer.")

        @ParentCommand var root: TaskCommand

        @Option(help: "Only tasks in this state: waiting, execute, success or error.")
        var status: TaskState?

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("How many tasks to print (default: 20).", valueName: "number"),
            transform: wholeNumber(in: countRange))
        var last = 20

        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand { ListCommand(state: status, last: last, isJSON: json.isOn) }
    }

    struct Watch: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "watch",
            abstract: "Show the tasks on the terminal, anew every second; ^C leaves.",
            discussion: """
                With --json it needs no terminal and prints the list reply once a second.

                Exit codes: 0 left with ^C, 6 no server, no answer or a lost connection, 64 no terminal.
                """)

        @ParentCommand var root: TaskCommand
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand { WatchCommand(isJSON: json.isOn) }
    }

    struct Stats: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "stats",
            abstract: "Print what the server counts.",
            discussion: "Exit codes: 0 answered, 6 no server or no answer.")

        @ParentCommand var root: TaskCommand
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand { ServerCommand(.stats, isJSON: json.isOn) }
    }

    struct Info: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "info",
            abstract: "Print the server's version, task types and limits.",
            discussion: "Exit codes: 0 answered, 6 no server or no answer.")

        @ParentCommand var root: TaskCommand
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand { ServerCommand(.info, isJSON: json.isOn) }
    }
}

extension TaskState: ExpressibleByArgument {}
