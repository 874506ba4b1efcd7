import ArgumentParser
import Libuv
import TaskClient
import TaskCore
import TaskProtocol

struct RunCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Submit a task and print its id, or its result with --wait.",
        discussion: """
            If DATA is missing or -, it is read from stdin without one final newline. For a type with binary data (see \
            uv-task info), all bytes of stdin are the data. Data that begins with a dash goes after --.

            Examples:
              uv-task run revers hello
              uv-task run revers hello --wait --timeout 30s
              uv-task run echo <file --exact --wait
              uv-task run echo -- -5
              seq 100 | uv-task run echo --each-line
              uv-task run thumbnail --wait --output small.png <picture.jpg

            Exit codes: 0 submitted, 5 refused, 6 no server or no answer; with --wait also 1 the task ended in error, \
            4 the wait timed out, 74 the result could not be written, 130 interrupted (the task continues).
            """)

    @ParentCommand var root: TaskCommand

    // The completion does not ask a server, so it has only the built-in types.
    @Argument(
        help: ArgumentHelp(
            "The type of the task, such as revers; uv-task info lists the types.", valueName: "name"),
        completion: .list(TaskType.builtIn.map(\.name)))
    var taskName: String

    @Argument(help: "The task's data; without it, or with -, stdin is read.")
    var data: String?

    // For the message of `check`.
    @Argument(help: .hidden)
    var surplus: [String] = []

    @Flag(
        name: .customLong("wait"),
        help: "Wait until the task ends, and print its result. A terminal also gets a final newline.")
    var waits = false

    @OptionGroup var timeout: TimeoutOption
    @OptionGroup var output: OutputOption

    @Flag(help: "Keep the final newline of stdin.")
    var exact = false

    @Flag(help: "Submit each line of stdin as a task, and print each id, or each result, on its own line.")
    var eachLine = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Repeating the call with the same key never runs the task twice, as long as the server keeps its result.",
            valueName: "text"))
    var key: String?

    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func check() throws {
        if !surplus.isEmpty {
            throw ValidationError("DATA is one argument; quote it: uv-task run NAME 'two words'")
        }
        if timeout.milliseconds != nil, !waits { throw ValidationError("--timeout needs --wait") }
        if output.file != nil {
            if !waits { throw ValidationError("--output needs --wait") }
            if eachLine {
                throw ValidationError("--output and --each-line exclude each other: a file holds one result")
            }
            try output.check(json)
        }
        if let key, !RunRequest.keyLength.contains(key.utf8.count) {
            throw ValidationError("--key takes a text of 1 to \(RunRequest.keyLength.upperBound) bytes")
        }
        if eachLine {
            if key != nil {
                throw ValidationError("--key and --each-line exclude each other: a key belongs to one task")
            }
            if exact { throw ValidationError("--exact and --each-line exclude each other") }
            if !readsInput { throw ValidationError("--each-line reads stdin and takes no data") }
        }
        if exact, !readsInput { throw ValidationError("--exact needs data from stdin") }
    }

    private var readsInput: Bool { data == nil || data == "-" }

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        if eachLine { return try submitEachLine(context) }
        try output.checkFile()
        let bytes = readsInput ? try context.console.readInput() : Array((data ?? "").utf8)
        return try context.connect { conversation throws(CommandEnd) in
            let server = try context.reply(try conversation.ask(InfoRequest()))
            let answer = try submit(try encode(bytes, DataEncoder(taskName, server)), in: conversation)
            let submitted = try context.reply(answer)
            if waits {
                let printer = ResultPrinter(
                    conversation: conversation, instance: submitted.instance, timeout: timeout.milliseconds,
                    file: output.file)
                return try printer.wait(for: [submitted.task], known: submitted.report)
            }
            if json.isOn {
                try context.console.write(context.jsonLine(answer.text))
            } else {
                try context.console.write("\(submitted.task)\n")
                if context.console.errors.size() != nil { context.console.note(submitted.report.standing) }
            }
            return .success
        }
    }

    private func submitEachLine(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        try context.connect { conversation throws(CommandEnd) in
            // Before the first line is read, so that a missing server is reported at once.
            let server = try context.reply(try conversation.ask(InfoRequest()))
            if context.console.input.isTerminal, context.console.errors.size() != nil {
                context.console.say("reading one task a line up to ^D")
            }
            if waits { try conversation.watchSignals() }
            return try RunEachLine(self, conversation, DataEncoder(taskName, server)).perform()
        }
    }

    private func encode(_ bytes: [UInt8], _ encoder: DataEncoder) throws(CommandEnd) -> String {
        var bytes = bytes
        // An editor or `echo` adds the newline. Binary data may end with any byte.
        if readsInput, !exact, !encoder.isBinary, bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard bytes.count <= encoder.maximumLength else { throw .dataTooLong(encoder.maximumLength) }
        return try encoder.data(bytes) { "the data is not UTF-8: byte \($0) (counted from 0)" }
    }

    private func submit(
        _ data: String, in conversation: Conversation
    ) throws(CommandEnd) -> Answer<RunReply> {
        do throws(ClientError) {
            return try conversation.client.ask(RunRequest(taskName: taskName, data: TaskData(data), key: key))
        } catch {
            guard case .submitUnanswered = error else { throw conversation.context.end(error) }
            let advice =
                key == nil
                ? "; uv-task list\(conversation.context.options) shows the newest tasks"
                : ". Repeating the call with the same --key does not run the task twice, unless the daemon was restarted"
            throw CommandEnd(.noConnection, "\(error)\(advice)")
        }
    }
}

extension RunReply {
    var report: TaskReport {
        var report = TaskReport(id: task, state: state)
        report.position = position
        report.remainingTime = remainingTime
        return report
    }
}

extension Console {
    /// Reads stdin to its end: at most one byte more than any server accepts, for a final newline.
    fileprivate func readInput() throws(CommandEnd) -> [UInt8] {
        if input.isTerminal, errors.size() != nil { say("reading the data up to ^D") }
        var bytes: [UInt8] = []
        while true {
            let part: [UInt8]
            do throws(UVError) { part = try input.read(65536).get() } catch { throw .unreadableInput(error) }
            if part.isEmpty { return bytes }
            bytes += part
            if bytes.count > Limits.longestRequest + 1 { throw .dataTooLong(Limits.longestRequest) }
        }
    }
}

extension CommandEnd {
    /// Input that cannot be read is wrong usage: the code `cannotWrite` is for output.
    static func unreadableInput(_ error: UVError) -> CommandEnd {
        CommandEnd(.usage, "cannot read the data from stdin: \(error.message)")
    }

    static func dataTooLong(_ limit: Int) -> CommandEnd { CommandEnd(.refused, DataEncoder.tooLong(limit)) }
}
