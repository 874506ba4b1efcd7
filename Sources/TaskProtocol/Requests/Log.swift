package import JSON
package import TaskCore

/// Asks for what a task's command has written to its standard error.
package struct LogRequest: RequestMessage {
    package static let type = RequestType.log

    package let task: TaskID
    /// Where to begin, in bytes of what the command wrote; in `countRange`.
    package let offset: Int
    /// Waits until there is something after `offset`, or the task has ended.
    package let wait: Wait?

    package init(_ task: TaskID, offset: Int = 0, wait: Wait? = nil) {
        self.task = task
        self.offset = offset
        self.wait = wait
    }

    package init(_ fields: inout Fields) throws(ProtocolError) {
        task = try fields.required(Members.taskID)
        wait = try Wait.read(&fields)
        offset = try fields.optional(Members.offset) ?? 0
    }

    package func write(to message: inout JSONWriter) {
        message.append(Members.taskID, task)
        Wait.write(wait, to: &message)
        message.append(Members.offset, offset)
    }

    package typealias Reply = LogReply
}

/// A part of a log.
package struct LogReply: ReplyMessage {
    /// Whole characters; bytes that are not UTF-8 are replaced by U+FFFD.
    package let text: String
    /// The `offset` of the next part.
    package let next: Int
    /// The number of requested bytes before `text` that are no longer kept.
    package let skipped: Int
    /// The task has ended and nothing follows `text`.
    package let hasEnded: Bool
    /// The wait ended before there was any text.
    package let timedOut: Bool

    package init(text: String, next: Int, skipped: Int = 0, hasEnded: Bool, timedOut: Bool = false) {
        self.text = text
        self.next = next
        self.skipped = skipped
        self.hasEnded = hasEnded
        self.timedOut = timedOut
    }

    private static let text = Member<String>.text("text")
    private static let skipped = Member<Int>.count("skipped")
    private static let ended = Member<Bool>.flag("ended")

    package init(_ fields: inout Fields) throws(ProtocolError) {
        text = try fields.required(Self.text)
        next = try fields.required(Members.offset)
        skipped = try fields.optional(Self.skipped) ?? 0
        hasEnded = try fields.required(Self.ended)
        timedOut = try fields.flag(Members.timedOut)
    }

    package func write(to message: inout JSONWriter) {
        message.append(Self.text, text)
        message.append(Members.offset, next)
        message.append(Self.skipped, skipped > 0 ? skipped : nil)
        message.append(Self.ended, hasEnded)
        message.append(flag: Members.timedOut, timedOut)
    }
}
