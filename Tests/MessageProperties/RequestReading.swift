import TaskCore
import TaskProtocol

/// What the server takes a message for, as far as PROTOCOL.md settles it.
private enum Outcome: Equatable {
    case classic(ClassicRequest)
    case numbered(NumberedRequest)
    case refused(sequence: Int, RequestError.Code)
    case broken(RequestError.Code)

    init(_ result: Result<IncomingRequest, BrokenMessage>) {
        switch result {
        case .success(.classic(let request)): self = .classic(request)
        case .success(.numbered(let request)): self = .numbered(request)
        case .success(.refused(let sequence, let error)): self = .refused(sequence: sequence, error.code)
        case .failure(let problem): self = .broken(RequestError(problem).code)
        }
    }
}

private struct Wrong: Error {
    let code: RequestError.Code
}

/// The members of a message, and what the tables in PROTOCOL.md say of them, read from the document's text once more.
private struct ExpectedRequest {
    /// For each name the values that it has, each as its tokens.
    private let values: [String: [[ArraySlice<UInt8>]]]

    init(_ message: [UInt8]) {
        let members = JSONTokens(of: message).members.map { (FoundationJSON.string($0.name) ?? "?", [$0.value]) }
        values = Dictionary(members, uniquingKeysWith: +)
    }

    var outcome: Outcome {
        var sequence: Int?
        do throws(Wrong) {
            sequence = try one("seq", number(0...Self.most))
            guard let sequence else { return .classic(try classic()) }
            return .numbered(NumberedRequest(sequence, try numbered(), for: try instance()))
        } catch {
            return sequence.map { .refused(sequence: $0, error.code) } ?? .broken(error.code)
        }
    }

    private static let most = (1 << 53) - 1

    private func classic() throws(Wrong) -> ClassicRequest {
        try check()
        switch try needed("type", string) {
        case "run": return try .run(taskName: needed("task_name", string), data: TaskData(needed("data", string)))
        case "status": return try .status(needed("task_id", taskID))
        case "get_result": return try .result(needed("task_id", taskID))
        default: throw Wrong(code: .unknownRequest)
        }
    }

    private func numbered() throws(Wrong) -> Request {
        try check()
        let key = try one("key") { string($0).flatMap { (1...128).contains($0.utf8.count) ? $0 : nil } }
        let timeout = try one("timeout_ms", number(0...Self.most))
        let wait = try one("wait", boolean) == true ? Request.Wait(timeout: timeout) : nil
        let state = try one("status") { string($0).flatMap(TaskState.init) }
        let before = try one("before", taskID)
        let limit = try one("limit", number(1...1000)) ?? 100
        let offset = try one("offset", number(0...Self.most)) ?? 0
        _ = try instance()
        switch try needed("type", string) {
        case "run":
            return try .run(taskName: needed("task_name", string), data: TaskData(needed("data", string)), key: key)
        case "status": return try .status(needed("task_id", taskID), wait)
        case "get_result": return try .result(needed("task_id", taskID), wait)
        case "cancel": return try .cancel(needed("task_id", taskID))
        case "log": return try .log(needed("task_id", taskID), offset: offset, wait)
        case "list": return .list(ListQuery(state: state, before: before, limit: limit))
        case "stats": return .stats
        case "info": return .info
        default: throw Wrong(code: .unknownRequest)
        }
    }

    /// What makes any request broken.
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

    /// As it is written: Foundation does not tell 4.0 from 4.
    private func number(_ range: ClosedRange<Int>) -> ([ArraySlice<UInt8>]) -> Int? {
        { tokens in Int(text(tokens[0])).flatMap { range.contains($0) ? $0 : nil } }
    }
}

extension MessageProperties {
    /// The server's code and the document's tables mean the same request, or the same refusal.
    func requestsAreWhatTheirMembersSay(_ message: [UInt8]) throws(BrokenProperty) {
        let result = read(message.span)
        if case .failure(.notJSON) = result { return }
        let expected = ExpectedRequest(message).outcome
        guard Outcome(result) == expected else { throw BrokenProperty("\(result) is not \(expected)", for: message) }
    }

    /// What the server takes, a client can have sent: written and read again it is the same.
    func acceptedRequestsComeBack(_ message: [UInt8]) throws(BrokenProperty) {
        guard case .success(let request) = read(message.span) else { return }
        var line: [UInt8] = []
        switch request {
        case .classic(let classic): classic.write(to: &line)
        case .numbered(let numbered): numbered.write(to: &line)
        case .refused: return
        }
        let framing = framing(of: line, limit: line.count)
        guard framing.events.count == 1, framing.requests == [.success(request)] else {
            throw BrokenProperty("\(request) comes back as \(framing)", for: message)
        }
    }
}
