import JSON
package import TaskCore

/// What the server answers to a request without a `seq`. PROTOCOL.md has an example of each.
package enum ClassicReply: Hashable, Sendable {
    /// To `run`: the id of the new task.
    case submitted(TaskID)
    /// To `status`.
    case status(TaskState)
    /// To `get_result`: the data is nil while there is none.
    case result(TaskState, String?)

    /// Appends the message, one line with its newline.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .submitted(let id):
            bytes.append(atMost: 14 + JSONCursor.mostDigits) {
                $0.put(#"{"task_id":"#)
                $0.put(id.rawValue)
            }
        case .status(let state):
            bytes.append(atMost: 32) {
                $0.put(#"{"status":""#)
                $0.put(state.word)
                $0.put(#"""#)
            }
        case .result(let state, let data):
            bytes.append(#"{"status":""#)
            bytes.append(state.word)
            bytes.append(#"","data":"#)
            if let data { bytes.append(jsonString: data) } else { bytes.append("null") }
        }
        bytes.append("}\n")
    }
}

extension MessageReader {
    /// Reads a reply from one whole message.
    package func classicReply(_ message: Span<UInt8>) throws(BrokenMessage) -> ClassicReply {
        var fields = ClassicReplyFields()
        try members(of: message) { member throws(BrokenMessage) in try fields.take(member) }
        return try fields.reply()
    }
}

/// The members of a reply as they come in; those that the protocol does not know are passed over.
private struct ClassicReplyFields: ~Copyable {
    var taskID = Field<TaskID>("task_id")
    var status = Field<TaskState>("status")
    var data = Field<String?>("data")

    mutating func take(_ member: borrowing JSONMember) throws(BrokenMessage) {
        if member.isNamed("task_id") {
            try taskID.set(member.taskID)
        } else if member.isNamed("status") {
            try status.set(member.taskState)
        } else if member.isNamed("data") {
            try data.set(member.isNull ? .some(nil) : member.string.map(Optional.some))
        }
    }

    func reply() throws(BrokenMessage) -> ClassicReply {
        if let id = taskID.value { return .submitted(id) }
        let state = try status.required()
        if let data = data.value { return .result(state, data) }
        return .status(state)
    }
}
