import JSON
package import TaskCore

/// What a client asks with a `seq`. PROTOCOL.md has an example of each.
package enum Request: Hashable, Sendable {
    /// Queue a task.
    ///
    /// - Parameter key: 1 to 128 bytes; what was submitted with it before is answered instead of queued again.
    case run(taskName: String, data: TaskData, key: String? = nil)
    /// What is known of a task; with a wait, when it has ended.
    case status(TaskID, Wait? = nil)
    /// The state of a task and what it answered; with a wait, when it has ended.
    case result(TaskID, Wait? = nil)
    /// End a task that waits or runs; answered when it has ended.
    case cancel(TaskID)
    /// What a task's command has written to its standard error, from an offset on; with a wait, when there is some, or the
    /// task has ended.
    ///
    /// - Parameter offset: 0 to 2^53 - 1, in bytes.
    case log(TaskID, offset: Int = 0, Wait? = nil)
    /// The tasks that are kept, newest first.
    case list(ListQuery)
    /// What the server counts.
    case stats
    /// What the server is.
    case info

    /// Has the answer wait for the end of the task.
    package struct Wait: Hashable, Sendable {
        /// In milliseconds; nil for as long as it takes.
        package let timeout: Int?

        /// - Parameter timeout: 0 to 2^53 - 1.
        package init(timeout: Int? = nil) {
            precondition(timeout.map(NumberedRequest.sequenceRange.contains) ?? true)
            self.timeout = timeout
        }
    }

    /// How long a key may be, in bytes.
    package static let keyLength = 1...128
}

/// A request with the number that its client gave it.
package struct NumberedRequest: Hashable, Sendable {
    /// What a `seq` may be: 0 to 2^53 - 1.
    package static let sequenceRange = 0...TaskID.range.upperBound

    /// In `sequenceRange`; its reply carries the same.
    package let sequence: Int

    /// The life of the server for which it is meant; nil for any.
    package let instance: InstanceID?

    package let request: Request

    package init(_ sequence: Int, _ request: Request, for instance: InstanceID? = nil) {
        precondition(Self.sequenceRange.contains(sequence))
        self.sequence = sequence
        self.request = request
        self.instance = instance
    }

    /// Appends the message, one line with its newline.
    package func write(to bytes: inout [UInt8]) {
        bytes.append("{")
        bytes.append(member: "seq", number: sequence)
        switch request {
        case .run(let taskName, let data, let key):
            bytes.append(member: "type", word: "run")
            bytes.append(member: "task_name", string: taskName)
            bytes.append(member: "data")
            bytes.append(jsonString: data)
            bytes.append(member: "key", string: key)
        case .status(let id, let wait):
            bytes.append(member: "type", word: "status")
            Self.write(id, wait, to: &bytes)
        case .result(let id, let wait):
            bytes.append(member: "type", word: "get_result")
            Self.write(id, wait, to: &bytes)
        case .cancel(let id):
            bytes.append(member: "type", word: "cancel")
            bytes.append(member: "task_id", number: id.rawValue)
        case .log(let id, let offset, let wait):
            bytes.append(member: "type", word: "log")
            Self.write(id, wait, to: &bytes)
            bytes.append(member: "offset", number: offset)
        case .list(let query):
            bytes.append(member: "type", word: "list")
            bytes.append(member: "status", string: query.state?.rawValue)
            bytes.append(member: "before", number: query.before?.rawValue)
            bytes.append(member: "limit", number: query.limit)
        case .stats: bytes.append(member: "type", word: "stats")
        case .info: bytes.append(member: "type", word: "info")
        }
        bytes.append(member: "instance", string: instance?.description)
        bytes.append("}\n")
    }

    private static func write(_ id: TaskID, _ wait: Request.Wait?, to bytes: inout [UInt8]) {
        bytes.append(member: "task_id", number: id.rawValue)
        bytes.append(member: "wait", flag: wait != nil)
        bytes.append(member: "timeout_ms", number: wait?.timeout)
    }
}
