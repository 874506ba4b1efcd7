package import JSON
package import TaskCore

/// A request with a `seq` and what it shares with all others. Each kind of request has a file of its own beside this one,
/// with its reply.
package protocol RequestMessage: Hashable, Sendable {
    associatedtype Reply: ReplyMessage

    /// The value of the member `type`.
    static var type: RequestType { get }

    init(_ fields: inout Fields) throws(ProtocolError)

    /// Writes the members that only this kind of request has.
    func write(to message: inout JSONWriter)

    /// The wait that the request asks for; nil if it is answered at once.
    var wait: Wait? { get }

    /// Checks what the reply must satisfy because of this request.
    func check(_ reply: Reply) throws(ProtocolError)
}

extension RequestMessage {
    package var wait: Wait? { nil }
    package func check(_ reply: Reply) throws(ProtocolError) {}

    /// Writes the whole message.
    ///
    /// - Parameters:
    ///   - sequence: in `countRange`; the reply carries the same. nil for a legacy request.
    ///   - instance: the instance of the server that the request is for; nil for any.
    package func write(to writer: inout JSONWriter, sequence: Int?, instance: InstanceID? = nil) {
        precondition(sequence.map(countRange.contains) ?? true)
        writer.message { message in
            message.append(Members.sequence, sequence)
            message.append(Members.type, Self.type)
            write(to: &message)
            message.append(Members.instance, instance)
        }
    }
}

/// A request about one task, whose reply may wait for the task.
package protocol TaskRequest: RequestMessage {
    var task: TaskID { get }

    init(_ task: TaskID, wait: Wait?)
}

extension TaskRequest {
    package init(_ fields: inout Fields) throws(ProtocolError) {
        let task = try fields.required(Members.taskID)
        self.init(task, wait: try Wait.read(&fields))
    }

    package func write(to message: inout JSONWriter) {
        message.append(Members.taskID, task)
        Wait.write(wait, to: &message)
    }
}

/// The successful reply to a request.
package protocol ReplyMessage: Hashable, Sendable {
    init(_ fields: inout Fields) throws(ProtocolError)

    func write(to message: inout JSONWriter)
}

/// Holds the reply back until the task has ended; for a log, until there is more of it.
package struct Wait: Hashable, Sendable {
    /// In milliseconds; nil for no limit.
    package let timeout: Int?

    /// - Parameter timeout: in `countRange`.
    package init(timeout: Int? = nil) {
        precondition(timeout.map(countRange.contains) ?? true)
        self.timeout = timeout
    }

    /// - Returns: nil unless `wait` is true.
    static func read(_ fields: inout Fields) throws(ProtocolError) -> Wait? {
        let waits = try fields.flag(Members.wait)
        let timeout = try fields.optional(Members.timeout)
        return waits ? Wait(timeout: timeout) : nil
    }

    static func write(_ wait: Wait?, to message: inout JSONWriter) {
        message.append(flag: Members.wait, wait != nil)
        message.append(Members.timeout, wait?.timeout)
    }
}

/// The values of the member `type`. To add a request, add it here, to `Request` and to its initializer.
package enum RequestType: CaseIterable, MemberValue, Sendable {
    case run, status, result, cancel, log, list, stats, info
    /// A word of another version.
    case unknown

    static var names: String { allCases.dropLast().map { "\($0.word)" }.joined(separator: ", ") }

    var word: StaticString {
        switch self {
        case .run: "run"
        case .status: "status"
        case .result: "get_result"
        case .cancel: "cancel"
        case .log: "log"
        case .list: "list"
        case .stats: "stats"
        case .info: "info"
        case .unknown: ""
        }
    }

    func writeValue(to writer: inout JSONWriter) { writer.word(word) }
}

/// Any request with a `seq`, as the server receives it.
package enum Request: Hashable, Sendable {
    case run(RunRequest)
    case status(StatusRequest)
    case result(ResultRequest)
    case cancel(CancelRequest)
    case log(LogRequest)
    case list(ListRequest)
    case stats(StatsRequest)
    case info(InfoRequest)

    init(_ fields: inout Fields) throws(ProtocolError) {
        switch try fields.required(Members.type) {
        case .run: self = .run(try RunRequest(&fields))
        case .status: self = .status(try StatusRequest(&fields))
        case .result: self = .result(try ResultRequest(&fields))
        case .cancel: self = .cancel(try CancelRequest(&fields))
        case .log: self = .log(try LogRequest(&fields))
        case .list: self = .list(try ListRequest(&fields))
        case .stats: self = .stats(StatsRequest(&fields))
        case .info: self = .info(InfoRequest(&fields))
        case .unknown:
            try fields.checkUnread(Members.request)
            throw .unknownRequest
        }
    }
}
