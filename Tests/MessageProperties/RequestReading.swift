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

/// A second reader of requests, which follows the tables in PROTOCOL.md.
private struct ExpectedRequest {
    /// The values of each member; a value is its tokens.
    private let values: [String: [[ArraySlice<UInt8>]]]

    init(_ message: [UInt8]) {
        let members = JSONTokens(of: message).members.map { (FoundationJSON.string($0.name) ?? "?", [$0.value]) }
        values = Dictionary(members, uniquingKeysWith: +)
    }

    var outcome: Outcome {
        var sequence: Int?
        do throws(Wrong) {
            sequence = try one("seq", number(0...Self.most))
            guard let sequence else { return .legacy(try legacy()) }
            return .request(try request(), sequence: sequence, instance: try instance())
        } catch {
            return sequence.map { .malformed(error.code, sequence: $0) } ?? .refused(error.code)
        }
    }

    private static let most = (1 << 53) - 1

    private func legacy() throws(Wrong) -> LegacyRequest {
        try check()
        switch try needed("type", string) {
        case "run": return try .run(taskName: needed("task_name", string), data: TaskData(needed("data", string)))
        case "status": return try .status(needed("task_id", taskID))
        case "get_result": return try .result(needed("task_id", taskID))
        default: throw Wrong(code: .unknownRequest)
        }
    }

    private func request() throws(Wrong) -> Request {
        try check()
        let key = try one("key") { string($0).flatMap { (1...128).contains($0.utf8.count) ? $0 : nil } }
        let timeout = try one("timeout_ms", number(0...Self.most))
        let wait = try one("wait", boolean) == true ? Wait(timeout: timeout) : nil
        let state = try one("status") { string($0).flatMap(TaskState.init) }
        let before = try one("before", taskID)
        let limit = try one("limit", number(1...1000)) ?? 100
        let offset = try one("offset", number(0...Self.most)) ?? 0
        _ = try instance()
        switch try needed("type", string) {
        case "run":
            let name = try needed("task_name", string)
            return try .run(RunRequest(taskName: name, data: TaskData(needed("data", string)), key: key))
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
        for name in ["type", "task_name", "data"] { _ = try one(name, string) }
        _ = try one("task_id", taskID)
    }

    private func instance() throws(Wrong) -> InstanceID? {
        try one("instance") { tokens in
            guard let text = string(tokens), text.utf8.count == 16,
                text.utf8.allSatisfy("0123456789abcdef".utf8.contains)
            else { return nil }
            return UInt64(text, radix: 16).map(InstanceID.init(rawValue:))
        }
    }

    private func needed<Value>(
        _ name: String, _ read: ([ArraySlice<UInt8>]) -> Value?
    ) throws(Wrong) -> Value {
        guard let value = try one(name, read) else { throw Wrong(code: .badRequest) }
        return value
    }

    private func one<Value>(_ name: String, _ read: ([ArraySlice<UInt8>]) -> Value?) throws(Wrong) -> Value? {
        guard let values = values[name] else { return nil }
        guard values.count == 1, let value = read(values[0]) else { throw Wrong(code: .badRequest) }
        return value
    }

    private func string(_ tokens: [ArraySlice<UInt8>]) -> String? {
        tokens[0].first == .quote ? FoundationJSON.string(tokens[0]) : nil
    }

    private func boolean(_ tokens: [ArraySlice<UInt8>]) -> Bool? { Bool(text(tokens[0])) }

    private func taskID(_ tokens: [ArraySlice<UInt8>]) -> TaskID? {
        number(1...Self.most)(tokens).flatMap(TaskID.init(rawValue:))
    }

    /// Reads the token, because Foundation does not distinguish 4.0 from 4.
    private func number(_ range: ClosedRange<Int>) -> ([ArraySlice<UInt8>]) -> Int? {
        { tokens in Int(text(tokens[0])).flatMap { range.contains($0) ? $0 : nil } }
    }
}

extension MessageProperties {
    /// The server reads the request that the tables in PROTOCOL.md describe, or refuses it with the same code.
    func requestsAreReadByTheirTables(_ message: [UInt8]) throws(BrokenProperty) {
        let result = read(message.span)
        if case .failure(.notJSON) = result { return }
        let expected = ExpectedRequest(message).outcome
        guard Outcome(result) == expected else {
            throw BrokenProperty("\(result) instead of \(expected)", for: message)
        }
    }

    /// A request that the server accepts is the same after writing and reading it.
    func acceptedRequestsAreWrittenAndReadBack(_ message: [UInt8]) throws(BrokenProperty) {
        guard case .success(let incoming) = read(message.span) else { return }
        let line: [UInt8]
        switch incoming {
        case .legacy(let request): line = written { request.write(to: &$0) }
        case .request(let request, let sequence, let instance):
            line = written { request.message.write(to: &$0, sequence: sequence, instance: instance) }
        case .malformed: return
        }
        let framing = framing(of: line, limit: line.count)
        guard line.firstIndex(of: .newline) == line.count - 1, framing.requests == [.success(incoming)] else {
            throw BrokenProperty("\(incoming) is read back as \(framing)", for: message)
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
