import JSON
package import TaskCore

/// What a client of the original program asks: a request without a `seq`. PROTOCOL.md has an example of each.
package enum ClassicRequest: Hashable, Sendable {
    /// Queue a task. A name that the server does not know makes a task that ends in error.
    case run(taskName: String, data: TaskData)
    /// The state of a task.
    case status(TaskID)
    /// The state of a task and what it answered.
    case result(TaskID)

    /// Appends the message, one line with its newline.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .run(let taskName, let data):
            bytes.append(#"{"type":"run","task_name":"#)
            bytes.append(jsonString: taskName)
            bytes.append(#","data":"#)
            bytes.append(jsonString: data)
        case .status(let id):
            bytes.append(#"{"type":"status","task_id":"#)
            bytes.append(number: id.rawValue)
        case .result(let id):
            bytes.append(#"{"type":"get_result","task_id":"#)
            bytes.append(number: id.rawValue)
        }
        bytes.append("}\n")
    }
}
