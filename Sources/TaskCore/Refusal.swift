/// Why the server refuses a request. The wording of every code is in this file; server and client use the same.
package struct Refusal: Error, Hashable, Sendable {
    /// The code on the wire. The messages below say when each is used. The set is open: a client treats an unknown code
    /// as a refusal like any other.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// The message is malformed, or one of its members is missing or wrong.
        package static let badRequest = Code(rawValue: "bad_request")
        package static let unknownRequest = Code(rawValue: "unknown_request")
        package static let unknownTaskName = Code(rawValue: "unknown_task_name")
        package static let badData = Code(rawValue: "bad_data")
        package static let unknownTask = Code(rawValue: "unknown_task")
        package static let expired = Code(rawValue: "expired")
        package static let restarted = Code(rawValue: "restarted")
        package static let tooLarge = Code(rawValue: "too_large")
        package static let queueFull = Code(rawValue: "queue_full")
        package static let memoryFull = Code(rawValue: "memory_full")
        package static let tooManyConnections = Code(rawValue: "too_many_connections")
        /// The client's user may not use the server.
        package static let notAllowed = Code(rawValue: "not_allowed")
        package static let draining = Code(rawValue: "draining")
        package static let keyConflict = Code(rawValue: "key_conflict")

        /// The codes of this version, in the order in which `stats` counts them.
        package static let all: [Code] = [
            .badRequest, .unknownRequest, .unknownTaskName, .badData, .unknownTask, .expired, .restarted, .tooLarge,
            .queueFull, .memoryFull, .tooManyConnections, .draining, .keyConflict, .notAllowed,
        ]
    }

    package let code: Code

    /// One sentence for people, without a full stop.
    package let message: String

    /// The limit that was reached: its option without the dashes.
    package var limit: String?

    /// The value of the limit, in the unit of its option.
    package var value: Int?

    /// The number of milliseconds after which a retry makes sense; nil if unknown.
    package var retryAfter: Int?

    /// The known task types if the name was unknown; of many, the first ones.
    package var names: [String] = []

    /// The known task type that resembles the unknown name most.
    package var nearest: String?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    private init(_ code: Code, _ message: String, _ limit: Limit, _ value: Int) {
        self.init(code, message)
        self.limit = limit.name
        self.value = value
    }
}

extension Refusal {
    package static func badRequest(_ reason: String) -> Refusal { Refusal(.badRequest, reason) }

    package static let dataNotBase64 = Refusal(
        .badData, "the data must be base64: the digits of RFC 4648, section 4, padded with = and without white space")

    package static let zeroInArgument = Refusal(
        .badData, "the data is passed in an argument of a command, which cannot contain U+0000")

    /// - Parameter limit: for the data, in bytes.
    package static func dataTooLongForArgument(limit: Int) -> Refusal {
        Refusal(.badData, "the data is passed in an argument of a command, which has room for \(limit) bytes of it")
    }

    package static func unknownTask(_ id: TaskID) -> Refusal { Refusal(.unknownTask, "there is no task \(id)") }

    package static func expired(_ id: TaskID) -> Refusal {
        Refusal(.expired, "task \(id) has ended and is no longer kept")
    }

    package static func restarted(now instance: InstanceID) -> Refusal {
        Refusal(.restarted, "the server was restarted and its tasks are gone; it is now instance \(instance)")
    }

    package static func tooLarge(limit: Int) -> Refusal {
        Refusal(
            .tooLarge, "the message is longer than \(limit) bytes, the most that the server accepts", .message, limit)
    }

    package static func queueFull(limit: Int) -> Refusal {
        Refusal(.queueFull, "the queue is full: at most \(limit) tasks may wait", .queued, limit)
    }

    package static func memoryFull(limit: Int) -> Refusal {
        Refusal(
            .memoryFull, "the data does not fit into the memory for tasks, which unfinished tasks use too", .memory,
            limit)
    }

    package static func tooManyConnections(limit: Int) -> Refusal {
        Refusal(
            .tooManyConnections, "the server accepts at most \(limit) connections at a time", .connections, limit)
    }

    /// - Parameters:
    ///   - user: the client's; nil if unknown.
    ///   - owner: the server's user.
    ///   - socket: the server's unix socket; nil if it has none.
    package static func notAllowed(_ user: UserID?, owner: UserID, socket: String?) -> Refusal {
        let reason = user == nil ? "the system does not say which user connects, and " : ""
        let advice =
            socket.map { "use its unix socket \($0)" }
            ?? "ask that user for a unix socket (--socket), or for --tcp-users any"
        return Refusal(
            .notAllowed, reason + "only user \(owner.rawValue), who runs the server, may use it over TCP; \(advice)")
    }

    package static let draining = Refusal(.draining, "the server is shutting down and accepts no more tasks")

    package static func keyConflict(with task: TaskID) -> Refusal {
        Refusal(
            .keyConflict, "task \(task) was submitted with this key and another name or other data; choose another key")
    }

    /// The most names that a refusal lists, and that its message does: an unknown name must not be expensive to answer.
    package static let maximumNames = (listed: 100, inMessage: 20)

    /// - Parameters:
    ///   - name: the unknown name; may be long.
    ///   - names: every known name.
    package static func unknownTaskName(_ name: String, known names: [String], nearest: String?) -> Refusal {
        let shown = name.utf8.count <= 64 ? "\"\(name)\"" : "of \(name.utf8.count) bytes"
        let suggestion = nearest.map { " (did you mean \($0)?)" } ?? ""
        let others = names.count - maximumNames.inMessage
        let list = names.prefix(maximumNames.inMessage).joined(separator: ", ")
        var refusal = Refusal(
            .unknownTaskName,
            "no task type has the name \(shown)\(suggestion); there are \(list)"
                + (others > 0 ? ", and \(others) more" : ""))
        refusal.names = Array(names.prefix(maximumNames.listed))
        refusal.nearest = nearest
        return refusal
    }
}
