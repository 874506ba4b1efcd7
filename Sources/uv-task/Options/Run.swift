import ArgumentParser
import TaskCore
import TaskProtocol

extension TaskCommand {
    struct Run: Subcommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Submit a task and print its id, or with --wait its result.",
            discussion: """
                DATA that is missing or - is read from stdin to its end, less one final newline. Where the type takes \
                binary data (info tells), it may be any bytes, and all of them are the data.

                Examples:
                  uv-task run revers hello
                  uv-task run revers hello --wait --timeout 30s
                  uv-task run echo <file --exact --wait
                  uv-task run echo -- -5
                  seq 100 | uv-task run echo --each-line
                  uv-task run thumbnail --wait --output small.png <picture.jpg

                Exit codes: 0 submitted, 5 refused, 6 no server or no answer; with --wait also \
                1 the task ended in error, 4 the wait timed out, 74 the result could not be written, 130 interrupted \
                (the task goes on).
                """)

        @ParentCommand var root: TaskCommand

        // Those that every server has: nobody wants a Tab to ask a server, which may be another at the next call.
        @Argument(
            help: ArgumentHelp("The type of the task, such as revers; info lists them.", valueName: "name"),
            completion: .list(TaskType.builtIn.map(\.name)))
        var taskName: String

        @Argument(help: "The task's data; - or none for stdin.")
        var data: String?

        @Flag(
            name: .customLong("wait"),
            help: "Wait for the task's end and print its result: its bytes, with a newline on a terminal only.")
        var waits = false

        @OptionGroup var timeout: TimeoutOption
        @OptionGroup var output: OutputOption

        @Flag(help: "Keep the final newline of stdin.")
        var exact = false

        @Flag(help: "Submit each line of stdin as a task, and print the ids, or the results, a line each.")
        var eachLine = false

        @Option(
            parsing: .unconditional,
            help: ArgumentHelp(
                "However often the same is submitted with this key, it is one task, as long as its result is kept.",
                valueName: "text"))
        var key: String?

        @OptionGroup var json: JSONOption
        @OptionGroup(title: "Connection") var connection: ConnectionOptions

        func check() throws {
            if timeout.time != nil, !waits { throw ValidationError("--timeout needs --wait.") }
            if output.file != nil {
                if !waits { throw ValidationError("--output needs --wait.") }
                if eachLine {
                    throw ValidationError("--output and --each-line do not go together: a file is for one result.")
                }
                try output.check(json)
            }
            if let key, !Request.keyLength.contains(key.utf8.count) {
                throw ValidationError("--key takes a text of 1 to \(Request.keyLength.upperBound) bytes.")
            }
            if eachLine {
                if key != nil {
                    throw ValidationError("--key and --each-line do not go together: a key is of one task.")
                }
                if exact { throw ValidationError("--exact and --each-line do not go together.") }
                if readsInput == false { throw ValidationError("--each-line reads stdin and takes no data.") }
            }
            if exact, !readsInput { throw ValidationError("--exact is for data from stdin.") }
        }

        private var readsInput: Bool { data == nil || data == "-" }

        func command() -> any ClientCommand {
            if eachLine {
                return EachLineCommand(
                    taskName: taskName, waits: waits, timeout: timeout.milliseconds, isJSON: json.isOn)
            }
            return RunCommand(
                taskName: taskName, data: readsInput ? .input(isExact: exact) : .given(data ?? ""), key: key,
                waits: waits, timeout: timeout.milliseconds, file: output.file, isJSON: json.isOn)
        }
    }
}
