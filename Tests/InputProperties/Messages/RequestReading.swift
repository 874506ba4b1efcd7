import JSON
import TaskCore
import TaskProtocol

/// How the server takes a message, as far as PROTOCOL.md determines it.
private enum Outcome: Equatable {
    case legacy(LegacyRequest)
    case request(Request, sequence: Int, instance: InstanceID?)
    case malformed(Refusal.Code, sequence: Int)
    case refused(Refusal.Code)

    init(_ result: Result<IncomingRequest, ProtocolError>) {
        switch result {
        case .success(.legacy(let request)): self = .legacy(request)
        case .success(.request(let request, let sequence, let instance)):
            self = .request(request, sequence: sequence, instance: instance)
        case .success(.malformed(let refusal, let sequence)): self = .malformed(refusal.code, sequence: sequence)
        case .failure(let error): self = .refused(Refusal(error).code)
        }
    }
}

private struct Wrong: Error {
    let code: Refusal.Code
}

/// A value, as far as requests distinguish values.
private enum Value {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case other

    init(_ value: borrowing JSONValue) {
        if let string = value.string {
            self = .string(string)
        } else if let integer = value.integer {
            self = .integer(integer)
        } else {
            self = value.boolean.map(Value.boolean) ?? .other
        }
    }

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var boolean: Bool? { if case .boolean(let flag) = self { flag } else { nil } }

    func integer(in range: ClosedRange<Int>) -> Int? {
        if case .integer(let number) = self, range.contains(number) { number } else { nil }
    }
}

/// A second reader of requests, which follows the tables in PROTOCOL.md. It goes through the members instead of looking
/// them up.
private struct ExpectedRequest {
    private let values: [String: [Value]]

    init(_ message: borrowing JSONObject) {
        values = Dictionary(message.map { ($0, [Value($1)]) }, uniquingKeysWith: +)
    }

    var outcome: Outcome {
        var sequence: Int?
        do throws(Wrong) {
            sequence = try one("seq", count)
            guard let sequence else { return .legacy(try legacy()) }
            return .request(try request(), sequence: sequence, instance: try instance())
        } catch {
            return sequence.map { .malformed(error.code, sequence: $0) } ?? .refused(error.code)
        }
    }

    private func legacy() throws(Wrong) -> LegacyRequest {
        try check()
        switch try needed("type", \.string) {
        case "run":
            return try .run(taskName: needed("task_name", \.string), data: TaskData(needed("data", \.string)))
        case "status": return try .status(needed("task_id", taskID))
        case "get_result": return try .result(needed("task_id", taskID))
        default: throw Wrong(code: .unknownRequest)
        }
    }

    private func request() throws(Wrong) -> Request {
        try check()
        let key = try one("key") { $0.string.flatMap { (1...128).contains($0.utf8.count) ? $0 : nil } }
        let timeout = try one("timeout_ms", count)
        let wait = try one("wait", \.boolean) == true ? Wait(timeout: timeout) : nil
        let state = try one("status") { $0.string.flatMap(TaskState.init) }
        let before = try one("before", taskID)
        let limit = try one("limit") { $0.integer(in: 1...1000) } ?? 100
        let offset = try one("offset", count) ?? 0
        _ = try instance()
        switch try needed("type", \.string) {
        case "run":
            let name = try needed("task_name", \.string)
            return try .run(RunRequest(taskName: name, data: TaskData(needed("data", \.string)), key: key))
        case "status": return try .status(StatusRequest(needed("task_id", taskID), wait: wait))
        case "get_result": return try .result(ResultRequest(needed("task_id", taskID), wait: wait))
        case "cancel": return try .cancel(CancelRequest(needed("task_id", taskID)))
        case "log": return try .log(LogRequest(needed("task_id", taskID), offset: offset, wait: wait))
        case "list": return .list(ListRequest(ListQuery(state: state, before: before, limit: limit)))
        case "stats": return .stats(StatsRequest())
        case "info": return .info(InfoRequest())
        default: throw Wrong(code: .unknownRequest)
        }
    }

    /// Checks the members that every request has or may have.
    private func check() throws(Wrong) {
        for name in ["type", "task_name", "data"] { _ = try one(name, \.string) }
        _ = try one("task_id", taskID)
    }

    private func instance() throws(Wrong) -> InstanceID? {
        try one("instance") { value in
            let digits = "0123456789abcdef".utf8
            guard let text = value.string, text.utf8.count == 16, text.utf8.allSatisfy(digits.contains) else {
                return nil
            }
            return UInt64(text, radix: 16).map(InstanceID.init(rawValue:))
        }
    }

    private func count(_ value: Value) -> Int? { value.integer(in: 0...(1 << 53) - 1) }

    private func taskID(_ value: Value) -> TaskID? {
        value.integer(in: 1...(1 << 53) - 1).flatMap(TaskID.init(rawValue:))
    }

    private func needed<Result>(_ name: String, _ read: (Value) -> Result?) throws(Wrong) -> Result {
        guard let value = try one(name, read) else { throw Wrong(code: .badRequest) }
        return value
    }

    private func one<Result>(_ name: String, _ read: (Value) -> Result?) throws(Wrong) -> Result? {
        guard let values = values[name] else { return nil }
        guard values.count == 1, let value = read(values[0]) else { throw Wrong(code: .badRequest) }
        return value
    }
}

extension MessageProperties {
    /// The server reads the request that the tables in PROTOCOL.md describe, or refuses it with the same code.
    func requestsAreReadByTheirTables(_ message: [UInt8]) throws(BrokenProperty) {
        let outcome = Outcome(read(message.span))
        let expected = expectedOutcome(of: message)
        guard outcome == expected else { throw BrokenProperty("\(outcome) instead of \(expected)", for: message) }
    }

    private func expectedOutcome(of message: [UInt8]) -> Outcome {
        let json = json
        do throws(JSONError) {
            return ExpectedRequest(try json.parse(message.span)).outcome
        } catch {
            return .refused(.badRequest)
        }
    }

    /// A request that the server accepts is the same after writing and reading it.
    func acceptedRequestsAreWrittenAndReadBack(_ message: [UInt8]) throws(BrokenProperty) {
        guard case .success(let incoming) = read(message.span), let line = Self.line(of: incoming) else { return }
        let again = read(line.span)
        guard framing(of: line, limit: line.count).messages == [line.dropLast()], again == .success(incoming) else {
            throw BrokenProperty("\(incoming) is read back as \(again)", for: message)
        }
    }

    /// nil if the request is malformed.
    private static func line(of incoming: IncomingRequest) -> [UInt8]? {
        switch incoming {
        case .legacy(let request): written { request.write(to: &$0) }
        case .request(let request, let sequence, let instance):
            written { request.message.write(to: &$0, sequence: sequence, instance: instance) }
        case .malformed: nil
        }
    }
}

extension Request {
    fileprivate var message: any RequestMessage {
        switch self {
        case .run(let request): request
        case .status(let request): request
        case .result(let request): request
        case .cancel(let request): request
        case .log(let request): request
        case .list(let request): request
        case .stats(let request): request
        case .info(let request): request
        }
    }
}
