package import JSON
package import TaskCore

/// Queues a task.
package struct RunRequest: RequestMessage {
    package static let type = RequestType.run

    /// The length of a key in bytes.
    package static let keyLength = 1...128

    package let taskName: String
    package let data: TaskData

    /// Makes the request idempotent: repeated with its key, it is answered with the same task. In `keyLength`.
    package let key: String?

    package init(taskName: String, data: TaskData, key: String? = nil) {
        self.taskName = taskName
        self.data = data
        self.key = key
    }

    package init(_ fields: inout Fields) throws(ProtocolError) {
        taskName = try fields.required(Members.taskName)
        data = try fields.required(Members.data)
        key = try fields.optional(Members.key)
    }

    package func write(to message: inout JSONWriter) {
        message.append(Members.taskName, taskName)
        message.append(Members.data, data)
        message.append(Members.key, key)
    }

    package typealias Reply = RunReply
}

/// The task that was queued, or found by its key.
package struct RunReply: ReplyMessage {
    package let task: TaskID
    package let instance: InstanceID
    package let state: TaskState
    /// nil if the task has ended.
    package let position: Int?
    /// The estimated number of milliseconds until the task has ended; nil if unknown.
    package let remainingTime: Int?
    /// The key was used before: no task was queued.
    package let isExisting: Bool

    package init(
        task: TaskID, instance: InstanceID, state: TaskState, position: Int?, remainingTime: Int?, isExisting: Bool
    ) {
        self.task = task
        self.instance = instance
        self.state = state
        self.position = position
        self.remainingTime = remainingTime
        self.isExisting = isExisting
    }

    private static let existing = Member<Bool>.flag("existing")

    package init(_ fields: inout Fields) throws(ProtocolError) {
        task = try fields.required(Members.taskID)
        instance = try fields.required(Members.instance)
        state = try fields.required(Members.status)
        position = try fields.optional(Members.position)
        remainingTime = try fields.optional(Members.remainingTime)
        isExisting = try fields.flag(Self.existing)
    }

    package func write(to message: inout JSONWriter) {
        message.append(Members.taskID, task)
        message.append(Members.instance, instance)
        message.append(Members.status, state)
        message.append(Members.position, position)
        message.append(Members.remainingTime, remainingTime)
        message.append(flag: Self.existing, isExisting)
    }
}
