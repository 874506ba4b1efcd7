import ArgumentParser
import CommandArguments
import TaskClient
import TaskCore
import TaskProtocol

struct LogCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Print what a task's command wrote to its standard error.",
        discussion: """
            The server keeps the last 64 KiB. Only tasks that run a command have a log. Bytes that are not UTF-8 are \
            printed as U+FFFD.

            Exit codes: 0 answered (however the task ended), 3 no such task, 4 the server ended the wait, 6 no server, \
            no answer or a lost connection, 130 interrupted (the task continues).
            """)

    @ParentCommand var root: TaskCommand

    @Argument(help: ArgumentHelp("The id of a task, as printed by run.", valueName: "id"), transform: taskID)
    var id: TaskID

    @Flag(help: "Keep printing until the task ends; ^C stops that.")
    var follow = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The number of bytes to skip, such as the offset of an earlier reply (default: 0).", valueName: "bytes"),
        transform: wholeNumber(in: TaskProtocol.countRange))
    var offset = 0

    @OptionGroup var instance: InstanceOption
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        try context.connect { conversation throws(CommandEnd) in
            if follow { try conversation.watchSignals() }
            var reader = LogReader(self, conversation)
            return try reader.perform()
        }
    }
}

/// Prints the parts of a log.
private struct LogReader {
    private let command: LogCommand
    private let conversation: Conversation
    /// The offset of the next part.
    private var offset: Int
    /// The last line on the terminal has no newline yet.
    private var isInsideLine = false
    private var hasText = false

    private var context: ClientContext { conversation.context }
    private var console: Console { conversation.console }

    init(_ command: LogCommand, _ conversation: Conversation) {
        self.command = command
        self.conversation = conversation
        offset = command.offset
    }

    mutating func perform() throws(CommandEnd) -> ProgramExit {
        // The first request does not wait, so that a server that does not answer is detected.
        var part = try request(nil)
        while true {
            try show(part)
            if part.hasEnded || !command.follow { break }
            if part.timedOut {
                try endLine()
                console.say("the daemon ended the wait for more of the log of task \(command.id); \(call) goes on")
                return .timedOut
            }
            part = try request(Wait())
        }
        try endLine()
        return .success
    }

    private mutating func request(_ wait: Wait?) throws(CommandEnd) -> LogReply {
        var answer: Answer<LogReply>?
        let request = LogRequest(command.id, offset: offset, wait: wait)
        conversation.client.send(request, for: command.instance.value) { answer = $0 }
        try conversation.wait {
            answer != nil
        } orThrow: { stop throws(CommandEnd) in
            try endLine()
            return end(stop, isWaiting: wait != nil)
        }
        guard let answer else { preconditionFailure("no answer, and no error") }
        let part = try context.reply(answer, of: command.id)
        if wait != nil, part.next <= offset, !part.hasEnded, !part.timedOut {
            throw context.end(context.configuration.foreignAnswer("a log that does not go on"))
        }
        if command.json.isOn { try console.write(context.jsonLine(answer.text, of: command.id)) }
        return part
    }

    private mutating func show(_ part: LogReply) throws(CommandEnd) {
        offset = part.next
        guard !command.json.isOn else { return }
        let log = "the log of task \(command.id)"
        if part.skipped > 0 {
            try endLine()
            console.say("\(ByteCount.text(part.skipped)) of \(log) are no longer kept; this is what follows")
        }
        let isTerminal = console.output.size() != nil
        if !part.text.isEmpty {
            try console.write(isTerminal ? TerminalText.escaped(part.text) : part.text)
            isInsideLine = isTerminal && part.text.utf8.last != UInt8(ascii: "\n")
            hasText = true
        } else if !hasText, !part.timedOut, console.errors.size() != nil {
            console.note("task \(command.id) \(part.hasEnded ? "wrote nothing" : "has written nothing yet")")
        }
    }

    /// Messages begin on a line of their own.
    private mutating func endLine() throws(CommandEnd) {
        guard isInsideLine else { return }
        isInsideLine = false
        try console.write("\n")
    }

    private func end(_ stop: Conversation.Stop, isWaiting: Bool) -> CommandEnd {
        switch stop {
        case .signal(let signal):
            return CommandEnd(signal, "interrupted; task \(command.id) goes on. To read on: \(call)")
        case .lost(let error) where error.isBeforeAnyRequest || !isWaiting:
            return context.end(error)
        case .lost(let error):
            let lost = context.lostConnection(error, " while the log of task \(command.id) was read")
            return CommandEnd(.noConnection, "\(lost). If the daemon still runs: \(call)")
        }
    }

    /// The command that prints the rest of the log.
    private var call: String {
        "uv-task log \(command.id) --follow" + (offset > 0 ? " --offset \(offset)" : "")
            + (command.instance.value.map { " --instance \($0)" } ?? "") + (command.json.isOn ? " --json" : "")
            + context.options
    }
}
