package import JSON
package import TaskCore

/// The reply to a request without a `seq`.
package enum LegacyReply: Hashable, Sendable {
    /// To `run`: the id of the new task.
    case submitted(TaskID)
    /// To `status`.
    case status(TaskState)
    /// To `get_result`; the data is nil unless the task has succeeded.
    case result(TaskState, data: String?)

    init(_ fields: inout Fields) throws(ProtocolError) {
        if let id = try fields.optional(Members.taskID) {
            self = .submitted(id)
            return
        }
        let state = try fields.required(Members.status)
        if let data = try fields.optional(Members.result) {
            self = .result(state, data: data)
        } else {
            self = .status(state)
        }
    }

    /// Writes the whole message.
    package func write(to writer: inout JSONWriter) {
        writer.message { message in
            switch self {
            case .submitted(let id): message.append(Members.taskID, id)
            case .status(let state): message.append(Members.status, state)
            case .result(let state, let data):
                message.append(Members.status, state)
                message.append(Members.result, data)
            }
        }
    }
}
