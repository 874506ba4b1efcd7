import ArgumentParser
import CommandArguments
import TaskCore
import TaskProtocol

extension TaskCommand {
    struct Result: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "result",
            abstract: "Print what a task answered.",
            discussion: """
                The result goes out as its bytes; on a terminal, and of several tasks, with a newline where it has none \
                at its end. A terminal gets no binary result.

                Exit codes: 0 success, 1 the task ended in error, 2 not finished yet, 3 no such task, 4 the wait timed \
                out, 6 no server or no answer, 74 the result could not be written, 130 interrupted (the task goes on).
                """)

        @ParentCommand var root: TaskCommand
        @OptionGroup var tasks: TaskArguments

        @Flag(name: .customLong("wait"), help: "Wait for the task's end.")
        var waits = false

        @OptionGroup var timeout: TimeoutOption
        @OptionGroup var output: OutputOption
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func check() throws {
            if timeout.time != nil, !waits { throw ValidationError("--timeout needs --wait.") }
            if output.file != nil {
                if tasks.ids.count > 1 { throw ValidationError("--output is for the result of one task.") }
                try output.check(json)
            }
        }

        func command() -> any ClientCommand {
            ResultCommand(
                tasks.selection, waits: waits, timeout: timeout.milliseconds, file: output.file, isJSON: json.isOn)
        }
    }

    struct Wait: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "wait",
            abstract: "Wait for tasks, and print each one's id and status as it ends.",
            discussion: """
                Exit codes: 0 all succeeded, 1 one ended in error, 3 no such task, 4 the wait timed out, \
                6 no server or no answer, 130 interrupted (the tasks go on). The highest counts.
                """)

        @ParentCommand var root: TaskCommand
        @OptionGroup var tasks: TaskArguments
        @OptionGroup var timeout: TimeoutOption
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand {
            WaitCommand(
                tasks.selection, timeout: timeout.milliseconds, isJSON: json.isOn)
        }
    }

    struct Status: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Print how tasks stand: waiting, execute, success or error.",
            discussion: "Exit codes: 0 answered, 3 no such task, 6 no server or no answer.")

        @ParentCommand var root: TaskCommand
        @OptionGroup var tasks: TaskArguments
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand {
            StatusCommand(tasks.selection, isJSON: json.isOn)
        }
    }

    struct Log: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "log",
            abstract: "Print what a task's command wrote to its standard error.",
            discussion: """
                That is the end of it, as much as the server keeps (64 KiB), of tasks that run a command; others have no \
                log. Bytes that are not UTF-8 come as U+FFFD.

                Exit codes: 0 answered (however the task ended), 3 no such task, 4 the server ended the wait, 6 no server, \
                no answer or a lost connection, 130 interrupted (the task goes on).
                """)

        @ParentCommand var root: TaskCommand

        @Argument(help: ArgumentHelp("The id of a task, as run prints it.", valueName: "id"), transform: taskID)
        var id: TaskID

        @Flag(help: "Go on as it is written, until the task has ended; ^C leaves.")
        var follow = false

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp(
                "How much of it to leave out: an earlier reply's offset (default: 0).", valueName: "bytes"),
            transform: wholeNumber(in: NumberedRequest.sequenceRange))
        var offset = 0

        @OptionGroup var life: InstanceOption
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand {
            LogCommand(id, of: life.instance, from: offset, follows: follow, isJSON: json.isOn)
        }
    }

    struct Cancel: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "End tasks that wait or run, and print each one's id and status.",
            discussion: "Exit codes: 0 cancelled, 1 too late, 3 no such task, 6 no server or no answer.")

        @ParentCommand var root: TaskCommand
        @OptionGroup var tasks: TaskArguments
        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func command() -> any ClientCommand {
            CancelCommand(tasks.selection, isJSON: json.isOn)
        }
    }
}
