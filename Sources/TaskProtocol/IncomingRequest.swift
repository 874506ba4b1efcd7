import JSON
import TaskCore

/// A message from a client, as the server takes it.
package enum IncomingRequest: Hashable, Sendable {
    /// Without a `seq`.
    case classic(ClassicRequest)
    /// With a `seq`.
    case numbered(NumberedRequest)
    /// With a `seq`, which is to be answered, but wrong otherwise.
    case refused(sequence: Int, RequestError)
}

extension MessageReader {
    /// Reads a request from one whole message.
    ///
    /// - Throws: `BrokenMessage` where it has no valid `seq` and is not one of the classic requests.
    package func request(_ message: Span<UInt8>) throws(BrokenMessage) -> IncomingRequest {
        let names = requestNames
        guard let fields = json.fields(of: message, under: names) else { throw .notJSON(json.problem) }
        return try fields.incomingRequest()
    }

    /// Goes on from `position` to the next request.
    ///
    /// - Parameters:
    ///   - framer: that of the connection.
    ///   - bytes: one read.
    ///   - position: how far `bytes` were looked at; 0 for a new read. It is moved behind the request, or what is none.
    /// - Returns: nil where the bytes are used up.
    /// - Throws: `BrokenMessage` where something else comes first.
    package func nextRequest(
        _ framer: inout LineFramer, in bytes: Span<UInt8>, at position: inout Int
    ) throws(BrokenMessage) -> IncomingRequest? {
        if let line = framer.wholeLine(in: bytes, at: position) {
            let names = requestNames
            if let fields = json.fields(of: bytes.extracting(line), under: names) {
                framer.accept(line, &position)
                return try fields.incomingRequest()
            }
            framer.doubt(line)
        }
        guard let event = framer.next(in: bytes, at: &position) else { return nil }
        if case .broken(let problem) = event { throw problem }
        return try framer.withMessage(in: bytes) { message throws(BrokenMessage) in try request(message) }
    }
}

/// The members of requests; others are passed over.
enum RequestMember: Int, CaseIterable {
    case sequence, type, taskName, data, taskID
    // Those from here on mean nothing without a `seq`.
    case key, wait, timeout, status, before, limit, instance, offset

    var name: StaticString {
        switch self {
        case .sequence: "seq"
        case .type: "type"
        case .taskName: "task_name"
        case .data: "data"
        case .taskID: "task_id"
        case .key: "key"
        case .wait: "wait"
        case .timeout: "timeout_ms"
        case .status: "status"
        case .before: "before"
        case .limit: "limit"
        case .instance: "instance"
        case .offset: "offset"
        }
    }
}

/// A member with a wrong value makes the message broken even where the request does not need it.
extension JSONFields {
    fileprivate func incomingRequest() throws(BrokenMessage) -> IncomingRequest {
        guard let sequence = try value(of: .sequence, { $0.count }) else { return .classic(try classic()) }
        do throws(BrokenMessage) {
            return try numbered(sequence)
        } catch {
            return .refused(sequence: sequence, RequestError(error))
        }
    }

    private func classic() throws(BrokenMessage) -> ClassicRequest {
        let type = try value(of: .type) { $0.requestType }
        let taskName = try value(of: .taskName) { $0.string }
        let data = try value(of: .data) { $0.utf8.map { TaskData(utf8: $0) } }
        let taskID = try value(of: .taskID) { $0.taskID }
        return switch try Self.required(type, .type) {
        case .run: try .run(taskName: Self.required(taskName, .taskName), data: Self.required(data, .data))
        case .status: try .status(Self.required(taskID, .taskID))
        case .result: try .result(Self.required(taskID, .taskID))
        case .cancel, .log, .list, .stats, .info, .unknown: throw .unknownRequest
        }
    }

    private func numbered(_ sequence: Int) throws(BrokenMessage) -> IncomingRequest {
        let type = try value(of: .type) { $0.requestType }
        let taskName = try value(of: .taskName) { $0.string }
        let data = try value(of: .data) { $0.utf8.map { TaskData(utf8: $0) } }
        let taskID = try value(of: .taskID) { $0.taskID }
        let options = try requestOptions()
        let request: Request =
            switch try Self.required(type, .type) {
            case .run:
                try .run(
                    taskName: Self.required(taskName, .taskName), data: Self.required(data, .data), key: options?.key)
            case .status: try .status(Self.required(taskID, .taskID), options?.wait)
            case .result: try .result(Self.required(taskID, .taskID), options?.wait)
            case .cancel: try .cancel(Self.required(taskID, .taskID))
            case .log: try .log(Self.required(taskID, .taskID), offset: options?.offset ?? 0, options?.wait)
            case .list: .list(options?.query ?? ListQuery())
            case .stats: .stats
            case .info: .info
            case .unknown: throw .unknownRequest
            }
        return .numbered(NumberedRequest(sequence, request, for: options?.instance))
    }

    /// - Returns: nil where it has none of them, as most.
    private func requestOptions() throws(BrokenMessage) -> RequestOptions? {
        guard present >> RequestMember.key.rawValue != 0 else { return nil }
        var options = RequestOptions()
        options.key = try value(of: .key) {
            $0.string.flatMap { Request.keyLength.contains($0.utf8.count) ? $0 : nil }
        }
        let waits = try value(of: .wait) { $0.boolean }
        let timeout = try value(of: .timeout) { $0.count }
        if waits == true { options.wait = Request.Wait(timeout: timeout) }
        options.query.state = try value(of: .status) { $0.taskState }
        options.query.before = try value(of: .before) { $0.taskID }
        let limit = try value(of: .limit) {
            $0.integer.flatMap { ListQuery.limitRange.contains($0) ? $0 : nil }
        }
        if let limit { options.query.limit = limit }
        options.instance = try value(of: .instance) { $0.string.flatMap(InstanceID.init) }
        options.offset = try value(of: .offset) { $0.count } ?? 0
        return options
    }

    /// The value of a member; nil where it does not stand in the message.
    ///
    /// - Parameter read: answers nil where the value is not of the member's type.
    @inline(__always)
    private func value<Value>(
        of member: RequestMember, _ read: (borrowing JSONMember) -> Value?
    ) throws(BrokenMessage) -> Value? {
        let bit: UInt32 = 1 << member.rawValue
        guard present & bit != 0 else { return nil }
        if repeated & bit != 0 { throw .repeated("\(member.name)") }
        guard let value = read(self[member.rawValue]) else { throw .wrongValue("\(member.name)") }
        return value
    }

    @inline(__always)
    private static func required<Value>(
        _ value: consuming Value?, _ member: RequestMember
    ) throws(BrokenMessage) -> Value {
        guard let value else { throw .missing("\(member.name)") }
        return value
    }
}

/// What only some requests with a `seq` have.
private struct RequestOptions {
    var key: String?
    var wait: Request.Wait?
    var query = ListQuery()
    var instance: InstanceID?
    var offset = 0
}

private enum RequestType {
    case run
    case status
    case result
    case cancel
    case log
    case list
    case stats
    case info
    case unknown
}

extension JSONMember {
    /// The value, where it is a string.
    fileprivate var requestType: RequestType? {
        if isString("run") { return .run }
        if isString("status") { return .status }
        if isString("get_result") { return .result }
        if isString("cancel") { return .cancel }
        if isString("log") { return .log }
        if isString("list") { return .list }
        if isString("stats") { return .stats }
        if isString("info") { return .info }
        return isString ? .unknown : nil
    }
}
