import Foundation
import TaskCore
import TaskProtocol

extension MessageProperties {
    /// A reply that a client accepts is the same after writing and reading it.
    func acceptedRepliesAreWrittenAndReadBack(_ message: [UInt8]) throws(BrokenProperty) {
        if let reply = try? replies.readLegacy(message.span) { try isReadBack(reply, for: message) }
        try refusalIsWrittenAndReadBack(message)
        for request in Self.requests { try replyIsWrittenAndReadBack(message, to: request) }
    }

    /// Whatever text a reply contains, it is one line, valid JSON, and read back as it was written, with and without a
    /// `seq`.
    func repliesAreLinesForAnyText(_ input: [UInt8]) throws(BrokenProperty) {
        let text = String(decoding: input.prefix(100), as: UTF8.self)
        var refusal = Refusal(.init(rawValue: text), text)
        refusal.limit = text
        refusal.value = input.count
        refusal.names = [text, "", text]
        refusal.nearest = text
        for sequence in [nil, input.count] {
            try isLine(written { refusal.write(to: &$0, sequence: sequence) }, for: input)
            try refusalIsWrittenAndReadBack(written { refusal.write(to: &$0, sequence: sequence) }, expected: refusal)
        }
        for reply in [LegacyReply.submitted(.first), .status(.waiting), .result(.success, data: text)] {
            try isReadBack(reply, for: input)
        }

        var failure = TaskFailure(.init(rawValue: text), text)
        failure.errorOutput = text
        var task = TaskReport(id: .first, state: .error)
        task.taskName = text
        task.submitter = UserID(rawValue: UInt32(input.count))
        task.failure = failure
        try isReadBack(StatusReply(task), to: StatusRequest(.first), for: input)
        try isReadBack(ResultReply(.success, data: text, failure: failure), to: ResultRequest(.first), for: input)
        try isReadBack(LogReply(text: text, next: 0, hasEnded: true), to: LogRequest(.first), for: input)
        try isReadBack(ListReply(tasks: [task], next: nil), to: ListRequest(ListQuery()), for: input)
        var stats = StatsReply()
        stats.refused = [NamedCount(text, 1)]
        try isReadBack(stats, to: StatsRequest(), for: input)
        var type = TaskTypeInfo(name: text, delay: 0)
        type.description = text
        let info = InfoReply(instance: InstanceID(rawValue: 1), taskTypes: [type], limits: [LimitInfo(text, nil)])
        try isReadBack(info, to: InfoRequest(), for: input)
    }

    private static let requests: [any RequestMessage] = [
        RunRequest(taskName: "", data: ""), StatusRequest(.first), ResultRequest(.first), CancelRequest(.first),
        LogRequest(.first), ListRequest(ListQuery()), StatsRequest(), InfoRequest(),
    ]

    private func isReadBack<Request: RequestMessage>(
        _ reply: Request.Reply, to request: Request, for input: [UInt8]
    ) throws(BrokenProperty) {
        let line = written { reply.write(to: &$0, sequence: 0) }
        try isLine(line, for: input)
        guard read(line, to: request) == reply else { throw BrokenProperty("\(reply) is not read back", for: input) }
    }

    private func isReadBack(_ reply: LegacyReply, for input: [UInt8]) throws(BrokenProperty) {
        let line = written { reply.write(to: &$0) }
        try isLine(line, for: input)
        guard (try? replies.readLegacy(line.span)) == reply else {
            throw BrokenProperty("\(reply) is not read back", for: input)
        }
    }

    /// The bytes are a JSON object for Foundation too, and end with their only newline.
    private func isLine(_ bytes: [UInt8], for input: [UInt8]) throws(BrokenProperty) {
        guard bytes.firstIndex(of: .newline) == bytes.count - 1,
            (try? JSONSerialization.jsonObject(with: Data(bytes))) is [String: Any]
        else { throw BrokenProperty("not one line of JSON: \(text(bytes[...]))", for: input) }
    }

    /// nil if the message is not a reply to `request`.
    private func read<Request: RequestMessage>(_ message: [UInt8], to request: Request) -> Request.Reply? {
        try? replies.read(message.span) { reply throws(ProtocolError) in try reply.reply(to: request) }
    }

    private func replyIsWrittenAndReadBack(
        _ message: [UInt8], to request: some RequestMessage
    ) throws(BrokenProperty) {
        guard let reply = read(message, to: request) else { return }
        try isReadBack(reply, to: request, for: message)
    }

    /// - Parameter expected: the refusal that the message is; nil for any.
    private func refusalIsWrittenAndReadBack(_ message: [UInt8], expected: Refusal? = nil) throws(BrokenProperty) {
        let first = readRefusal(message)
        if let expected, first?.refusal != expected {
            throw BrokenProperty("\(expected) is read as \(String(describing: first))", for: message)
        }
        guard let (sequence, refusal) = first else { return }
        let again = readRefusal(written { refusal.write(to: &$0, sequence: sequence) })
        guard let again, again == (sequence, refusal) else {
            throw BrokenProperty("\(refusal) is read back as \(String(describing: again))", for: message)
        }
    }

    /// nil if the message is not a refusal.
    private func readRefusal(_ message: [UInt8]) -> (sequence: Int?, refusal: Refusal)? {
        try? replies.read(message.span) { reply throws(ProtocolError) in
            reply.refusal.map { (reply.sequence, $0) }
        }
    }
}
