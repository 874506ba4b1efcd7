import JSON
package import TaskCore

/// How a task stands: members of several replies.
package struct TaskReport: Hashable, Sendable {
    /// Present in lists.
    package var id: TaskID?

    package var state: TaskState

    /// nil if no task type has the name that was submitted.
    package var taskName: String?

    /// 0 for the running task, 1 for the next one, and so on; nil after the end.
    package var position: Int?

    /// The estimated number of milliseconds until the task has ended; nil if unknown, or after the end.
    package var remainingTime: Int?

    /// In milliseconds of Unix time, like `startedAt` and `finishedAt`.
    package var submittedAt: Int?

    /// The user who submitted the task; nil if unknown.
    package var submitter: UserID?

    /// nil if the task has not started.
    package var startedAt: Int?

    /// nil if the task has not ended.
    package var finishedAt: Int?

    /// nil unless the state is `error`.
    package var failure: TaskFailure?

    package init(id: TaskID? = nil, state: TaskState) {
        self.id = id
        self.state = state
    }

    private static let submittedAt = Member<Int>.integer("submitted_at")
    private static let submitter = Member<UserID>.object("submitted_by", UserID.init)
    private static let startedAt = Member<Int>.integer("started_at")
    private static let finishedAt = Member<Int>.integer("finished_at")

    init(_ fields: inout Fields) throws(ProtocolError) {
        id = try fields.optional(Members.taskID)
        state = try fields.required(Members.status)
        taskName = try fields.optional(Members.taskName)
        position = try fields.optional(Members.position)
        remainingTime = try fields.optional(Members.remainingTime)
        submittedAt = try fields.optional(Self.submittedAt)
        submitter = try fields.optional(Self.submitter)
        startedAt = try fields.optional(Self.startedAt)
        finishedAt = try fields.optional(Self.finishedAt)
        failure = try fields.optional(Members.failure)
    }

    func write(to message: inout JSONWriter) {
        message.append(Members.taskID, id)
        message.append(Members.status, state)
        message.append(Members.taskName, taskName)
        message.append(Members.position, position)
        message.append(Members.remainingTime, remainingTime)
        message.append(Self.submittedAt, submittedAt)
        message.append(Self.submitter, submitter)
        message.append(Self.startedAt, startedAt)
        message.append(Self.finishedAt, finishedAt)
        message.append(Members.failure, failure)
    }
}

extension TaskReport: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.object { write(to: &$0) } }
}
