package import JSON
package import TaskCore

/// Asks how a task stands.
package struct StatusRequest: TaskRequest {
    package static let type = RequestType.status

    package let task: TaskID
    package let wait: Wait?

    package init(_ task: TaskID, wait: Wait? = nil) {
        self.task = task
        self.wait = wait
    }

    package typealias Reply = StatusReply
}

/// How a task stands.
package struct StatusReply: ReplyMessage {
    package let task: TaskReport
    /// The wait ended before the task did.
    package let timedOut: Bool

    package init(_ task: TaskReport, timedOut: Bool = false) {
        self.task = task
        self.timedOut = timedOut
    }

    package init(_ fields: inout Fields) throws(ProtocolError) {
        task = try TaskReport(&fields)
        timedOut = try fields.flag(Members.timedOut)
    }

    package func write(to message: inout JSONWriter) {
        task.write(to: &message)
        message.append(flag: Members.timedOut, timedOut)
    }
}
