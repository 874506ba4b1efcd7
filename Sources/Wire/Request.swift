import SimdJSON

/// What a client asks. PROTOCOL.md has an example of each.
package enum Request: Hashable, Sendable {
    /// Queue a task. A name that the server does not know makes a task that ends in error.
    case run(taskName: String, data: String)
    /// The state of a task.
    case status(TaskID)
    /// The state of a task and what it answered.
    case result(TaskID)

    /// Appends the message, one line with its newline.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .run(let taskName, let data):
            bytes.append(text: #"{"type":"run","task_name":"#)
            bytes.append(jsonString: taskName)
            bytes.append(text: #","data":"#)
            bytes.append(jsonString: data)
        case .status(let id):
            bytes.append(text: #"{"type":"status","task_id":"#)
            bytes.append(number: id.rawValue)
        case .result(let id):
            bytes.append(text: #"{"type":"get_result","task_id":"#)
            bytes.append(number: id.rawValue)
        }
        bytes.append(text: "}\n")
    }
}

extension MessageReader {
    /// Reads a request from one whole message.
    package func request(_ message: Span<UInt8>) throws(BrokenMessage) -> Request {
        var fields = RequestFields()
        try members(of: message) { member throws(BrokenMessage) in try fields.take(member) }
        return try fields.request()
    }
}

/// The members of a request as they come in; those that the protocol does not know are passed over.
private struct RequestFields {
    var type = Field<RequestType>("type")
    var taskName = Field<String>("task_name")
    var data = Field<String>("data")
    var taskID = Field<TaskID>("task_id")

    mutating func take(_ member: borrowing JSONMember) throws(BrokenMessage) {
        if member.isNamed("type") {
            try type.set(member.requestType)
        } else if member.isNamed("task_name") {
            try taskName.set(member.string)
        } else if member.isNamed("data") {
            try data.set(member.string)
        } else if member.isNamed("task_id") {
            try taskID.set(member.taskID)
        }
    }

    func request() throws(BrokenMessage) -> Request {
        switch try type.required() {
        case .run: try .run(taskName: taskName.required(), data: data.required())
        case .status: try .status(taskID.required())
        case .result: try .result(taskID.required())
        case .unknown: throw .unknownRequest
        }
    }
}

private enum RequestType {
    case run
    case status
    case result
    case unknown
}

extension JSONMember {
    /// The value, where it is a string.
    fileprivate var requestType: RequestType? {
        if isString("run") { return .run }
        if isString("status") { return .status }
        if isString("get_result") { return .result }
        return isString ? .unknown : nil
    }
}
