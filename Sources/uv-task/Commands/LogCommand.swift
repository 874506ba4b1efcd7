import TaskClient
package import TaskCore
import TaskProtocol

/// `log`: what a task's command wrote to its standard error, as far as it is kept, and as it comes.
package struct LogCommand: ClientCommand {
    let id: TaskID
    let instance: InstanceID?
    let offset: Int
    let follows: Bool
    package let isJSON: Bool

    /// - Parameters:
    ///   - instance: the life of the server to which the id belongs; nil for any.
    ///   - offset: where to begin, in bytes of what the command wrote; 0 to 2^53 - 1.
    ///   - follows: whether to go on until the task has ended.
    package init(_ id: TaskID, of instance: InstanceID?, from offset: Int, follows: Bool, isJSON: Bool) {
        self.id = id
        self.instance = instance
        self.offset = offset
        self.follows = follows
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        try context.talk { conversation throws(CommandEnd) in
            if follows { try conversation.watchSignals() }
            var reading = LogReading(self, conversation)
            return try reading.perform()
        }
    }
}

/// The state of a `log`: how far it has come.
private struct LogReading {
    private let command: LogCommand
    private let conversation: Conversation
    private let words: LogWords
    /// Where what was not printed begins.
    private var offset: Int
    /// The last line on the terminal has no end yet.
    private var isInLine = false
    private var hasText = false

    private var console: Console { conversation.console }

    init(_ command: LogCommand, _ conversation: Conversation) {
        self.command = command
        self.conversation = conversation
        offset = command.offset
        words = LogWords(
            command.id, instance: command.instance, isJSON: command.isJSON, options: conversation.context.options)
    }

    mutating func perform() throws(CommandEnd) -> ProgramExit {
        // Not a wait: the answer tells soon whether the server answers at all.
        var answer = try ask(nil)
        while true {
            if command.isJSON { try console.write(json: answer, for: command.id) }
            guard case .log(let part) = answer.reply else {
                return conversation.context.refused(answer, of: command.id)
            }
            try show(part)
            if part.hasEnded || !command.follows { break }
            if part.timedOut {
                try endLine()
                console.say(words.waitEnded(at: offset))
                return .timedOut
            }
            answer = try ask(Request.Wait())
            if case .log(let part) = answer.reply, part.next <= offset, !part.hasEnded, !part.timedOut {
                throw conversation.context.foreign("a log that does not go on")
            }
        }
        try endLine()
        return .success
    }

    private mutating func ask(_ wait: Request.Wait?) throws(CommandEnd) -> Answer {
        var answer: Answer?
        conversation.client.send(.log(command.id, offset: offset, wait), for: command.instance) { answer = $0 }
        do throws(Conversation.Stop) {
            try conversation.wait { answer != nil }
        } catch {
            try endLine()
            throw end(error, isWaiting: wait != nil)
        }
        guard let answer else { preconditionFailure("no answer, and no error") }
        return answer
    }

    private mutating func show(_ part: Reply.LogPart) throws(CommandEnd) {
        offset = part.next
        guard !command.isJSON else { return }
        if part.skipped > 0 {
            try endLine()
            console.say(words.skipped(part.skipped))
        }
        let isTerminal = console.output.size() != nil
        if !part.text.isEmpty {
            try console.write(isTerminal ? TerminalText.escaped(part.text) : part.text)
            isInLine = isTerminal && part.text.utf8.last != UInt8(ascii: "\n")
            hasText = true
        } else if !hasText, !part.timedOut, console.errors.size() != nil {
            console.note(words.nothing(hasEnded: part.hasEnded))
        }
    }

    /// So that nothing is said in the middle of a line.
    private mutating func endLine() throws(CommandEnd) {
        guard isInLine else { return }
        isInLine = false
        try console.write("\n")
    }

    private func end(_ stop: Conversation.Stop, isWaiting: Bool) -> CommandEnd {
        let context = conversation.context
        return switch stop {
        case .signal(let signal): CommandEnd(signal, words.interrupted(at: offset))
        case .lost(let error) where error.isRefusal || !isWaiting: context.end(error)
        case .lost(let error):
            CommandEnd(
                .noConnection, words.connectionLost(to: context.server, at: offset, cause: error.description))
        }
    }
}
