package import JSON
package import TaskCore

/// A request of a legacy client: one without a `seq`.
package enum LegacyRequest: Hashable, Sendable {
    /// Queues a task. An unknown name makes a task that ends in error.
    case run(taskName: String, data: TaskData)
    case status(TaskID)
    case result(TaskID)

    init(_ fields: inout Fields) throws(ProtocolError) {
        switch try fields.required(Members.type) {
        case .run:
            let taskName = try fields.required(Members.taskName)
            self = .run(taskName: taskName, data: try fields.required(Members.data))
        case .status: self = .status(try fields.required(Members.taskID))
        case .result: self = .result(try fields.required(Members.taskID))
        default:
            try fields.checkUnread(Members.legacy)
            throw .unknownRequest
        }
        try fields.checkUnread(Members.legacy)
    }

    /// Writes the whole message.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .run(let taskName, let data): RunRequest(taskName: taskName, data: data).write(to: &writer, sequence: nil)
        case .status(let id): StatusRequest(id).write(to: &writer, sequence: nil)
        case .result(let id): ResultRequest(id).write(to: &writer, sequence: nil)
        }
    }
}
