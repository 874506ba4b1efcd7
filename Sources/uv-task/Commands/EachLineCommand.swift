import TaskClient
import TaskCore
import TaskProtocol

/// `run --each-line`: submits each line of the input as a task.
package struct EachLineCommand: ClientCommand {
    /// How many submits may be unanswered.
    static let mostSubmits = 256

    let taskName: String
    let waits: Bool
    let timeout: Int?
    package let isJSON: Bool

    /// - Parameters:
    ///   - waits: whether results are printed, not ids.
    ///   - timeout: of each wait, in milliseconds; nil for none.
    package init(taskName: String, waits: Bool, timeout: Int?, isJSON: Bool) {
        self.taskName = taskName
        self.waits = waits
        self.timeout = timeout
        self.isJSON = isJSON
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        try context.talk { conversation throws(CommandEnd) in
            // Whether a server is there shows at once, not at the first line.
            let answer = try conversation.ask(.info)
            guard case .info(let information) = answer.reply else { return context.refused(answer) }
            if context.console.input.isTerminal, context.console.errors.size() != nil {
                context.console.say(UsageWords.readingLines)
            }
            if waits { try conversation.watchSignals() }
            return try EachLine(self, conversation, DataEncoder(taskName, information)).perform()
        }
    }
}
