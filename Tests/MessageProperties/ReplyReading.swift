import TaskCore
import TaskProtocol

extension MessageProperties {
    /// A client reads whatever a server sends, and what it understood can be told again: written, and read and written
    /// once more, it is the same line.
    func repliesComeBack(_ message: [UInt8]) throws(BrokenProperty) {
        try classicReplyComesBack(message)
        guard let incoming = try? reader.reply(message.span, keepsText: true) else { return }
        for request in Self.requests {
            guard let line = Self.line(of: incoming, to: request) else { continue }
            let again = again(line, to: request)
            guard again == line else {
                throw BrokenProperty(
                    "\(text(line[...])) comes back as \(again.map { text($0[...]) } ?? "nothing")", for: message)
            }
        }
    }

    private static let requests: [Request] = [
        .run(taskName: "", data: ""), .status(.first), .result(.first), .cancel(.first), .log(.first),
        .list(ListQuery()), .stats, .info,
    ]

    /// What the reply says to `request`, written; nil where it says nothing.
    private static func line(of incoming: borrowing IncomingReply, to request: Request) -> [UInt8]? {
        guard let reply = try? incoming.reply(to: request) else { return nil }
        var line: [UInt8] = []
        reply.write(to: &line, sequence: incoming.sequence)
        return line
    }

    /// A line, read and written once more.
    private func again(_ line: [UInt8], to request: Request) -> [UInt8]? {
        guard let incoming = try? reader.reply(line.span) else { return nil }
        return Self.line(of: incoming, to: request)
    }

    private func classicReplyComesBack(_ message: [UInt8]) throws(BrokenProperty) {
        guard let reply = try? reader.classicReply(message.span) else { return }
        var line: [UInt8] = []
        reply.write(to: &line)
        guard let again = try? reader.classicReply(line.span), again == reply else {
            throw BrokenProperty("\(reply) does not come back", for: message)
        }
    }
}
