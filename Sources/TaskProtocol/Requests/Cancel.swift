package import JSON
package import TaskCore

/// Ends a task that waits or runs. The reply comes when the task has ended.
package struct CancelRequest: RequestMessage {
    package static let type = RequestType.cancel

    package let task: TaskID

    package init(_ task: TaskID) { self.task = task }

    package init(_ fields: inout Fields) throws(ProtocolError) { task = try fields.required(Members.taskID) }

    package func write(to message: inout JSONWriter) { message.append(Members.taskID, task) }

    package var wait: Wait? { Wait() }

    package typealias Reply = StatusReply
}
