import JSON
import TaskCore

/// Why a request with a `seq` was refused.
package struct RequestError: Error, Hashable, Sendable {
    /// In the words of the protocol. The set is open: a client takes one that it does not know as a refusal.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// The message is broken, or a member of it is missing or wrong.
        package static let badRequest = Code(rawValue: "bad_request")
        /// No request has that `type`.
        package static let unknownRequest = Code(rawValue: "unknown_request")
        /// No task type has that name.
        package static let unknownTaskName = Code(rawValue: "unknown_task_name")
        /// The data is nothing that the task type takes.
        package static let badData = Code(rawValue: "bad_data")
        /// No task ever had that id.
        package static let unknownTask = Code(rawValue: "unknown_task")
        /// The task was known once, and is no longer kept.
        package static let expired = Code(rawValue: "expired")
        /// The `instance` is not this server's: the id is from before a restart.
        package static let restarted = Code(rawValue: "restarted")
        /// The message is longer than the server takes.
        package static let tooLarge = Code(rawValue: "too_large")
        /// As many tasks wait as the server takes.
        package static let queueFull = Code(rawValue: "queue_full")
        /// Data and results fill the memory that the server may use.
        package static let memoryFull = Code(rawValue: "memory_full")
        /// As many clients are connected as the server takes.
        package static let tooManyConnections = Code(rawValue: "too_many_connections")
        /// The server is being stopped.
        package static let draining = Code(rawValue: "draining")
        /// The key was given with another name or other data before.
        package static let keyConflict = Code(rawValue: "key_conflict")

        /// Those of this version, in the order in which `stats` counts them.
        package static let all: [Code] = [
            .badRequest, .unknownRequest, .unknownTaskName, .badData, .unknownTask, .expired, .restarted, .tooLarge,
            .queueFull, .memoryFull, .tooManyConnections, .draining, .keyConflict,
        ]
    }

    package let code: Code

    /// One sentence without its full stop, for people.
    package let message: String

    /// The option that sets the limit, without its dashes, where a limit refused the request.
    package var limit: String?

    /// The limit's value, in its option's unit.
    package var value: Int?

    /// After how many milliseconds it makes sense to try again, where that can be told.
    package var retryAfter: Int?

    /// The task types that there are, where the name was unknown: of very many the first.
    package var names: [String] = []

    /// The task type that may have been meant, told or not.
    package var nearest: String?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// A message that is broken.
    package init(_ broken: BrokenMessage) {
        switch broken {
        case .tooLong(let limit):
            self.init(.tooLarge, "the message has more than \(limit) bytes, which is all that the server takes")
            self.limit = LimitName.message
            value = limit
        case .unknownRequest: self.init(.unknownRequest, broken.description)
        default: self.init(.badRequest, broken.description)
        }
    }

    func write(to bytes: inout [UInt8]) {
        bytes.append(member: "error")
        bytes.append("{")
        bytes.append(member: "code", string: code.rawValue)
        bytes.append(member: "message", string: message)
        bytes.append(member: "limit", string: limit)
        bytes.append(member: "value", number: value)
        bytes.append(member: "retry_after_ms", number: retryAfter)
        if !names.isEmpty {
            bytes.append(member: "names", array: names) { bytes, name in bytes.append(jsonString: name) }
        }
        bytes.append(member: "nearest", string: nearest)
        bytes.append("}")
    }

    /// Reads the value of the member `error`.
    ///
    /// - Returns: nil where it is no object with a code.
    init?(_ member: borrowing JSONMember) {
        var code: String?
        var message = ""
        var limit: String?
        var nearest: String?
        var value: Int?
        var retryAfter: Int?
        var names: [String] = []
        _ = member.withMembers { members in
            members.forEach { member in
                if member.isNamed("code") { code = member.string }
                if member.isNamed("message") { message = member.string ?? "" }
                if member.isNamed("limit") { limit = member.string }
                if member.isNamed("nearest") { nearest = member.string }
                if member.isNamed("value") { value = member.integer }
                if member.isNamed("retry_after_ms") { retryAfter = member.count }
                if member.isNamed("names") { names = member.elements { $0.string } }
                return true
            }
        }
        guard let code else { return nil }
        self.init(Code(rawValue: code), message)
        self.limit = limit
        self.nearest = nearest
        self.value = value
        self.retryAfter = retryAfter
        self.names = names
    }
}
