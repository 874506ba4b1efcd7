package import JSON
package import TaskCore

/// A received reply to a request with a `seq`. What it means depends on its request. It lives as long as the call of
/// `ReplyReader.read` that provides it.
package struct IncomingReply: ~Escapable {
    /// The `seq` of the request; nil if the server could not read it.
    package let sequence: Int?

    /// Why the request was refused; nil if it was not.
    package let refusal: Refusal?

    private let fields: Fields

    @_lifetime(copy fields)
    fileprivate init(_ fields: consuming Fields) throws(ProtocolError) {
        sequence = try fields.optional(Members.sequence)
        refusal = try fields.optional(Members.error)
        self.fields = fields
    }

    /// The reply to `request`.
    ///
    /// - Throws: `ProtocolError` if it is not such a reply.
    package func reply<Request: RequestMessage>(to request: Request) throws(ProtocolError) -> Request.Reply {
        var fields = fields
        let reply = try Request.Reply(&fields)
        try request.check(reply)
        return reply
    }
}

/// Reads replies. Not thread-safe.
package final class ReplyReader {
    private let json = JSONReader()

    package init() {}

    /// Passes the reply to a request with a `seq` to `body`.
    ///
    /// - Parameter message: one message as `Framer` finds it.
    package func read<Result>(
        _ message: Span<UInt8>, _ body: (borrowing IncomingReply) throws(ProtocolError) -> Result
    ) throws(ProtocolError) -> Result {
        let json = json
        return try body(IncomingReply(json.fields(of: message)))
    }

    /// Reads the reply to a request without a `seq`.
    package func readLegacy(_ message: Span<UInt8>) throws(ProtocolError) -> LegacyReply {
        let json = json
        var fields = try json.fields(of: message)
        return try LegacyReply(&fields)
    }
}

extension ReplyMessage {
    /// Writes the whole reply.
    ///
    /// - Parameter sequence: the `seq` of the request.
    package func write(to writer: inout JSONWriter, sequence: Int) {
        writer.message { message in
            message.append(Members.sequence, sequence)
            write(to: &message)
        }
    }
}
