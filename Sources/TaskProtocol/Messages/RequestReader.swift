import JSON
package import TaskCore

/// A message from a client.
package enum IncomingRequest: Hashable, Sendable {
    /// A request without a `seq`.
    case legacy(LegacyRequest)
    /// A request with a `seq`, and the instance that it is meant for; nil for any.
    case request(Request, sequence: Int, instance: InstanceID?)
    /// A message with a `seq` that is malformed otherwise.
    case malformed(Refusal, sequence: Int)
}

/// Reads requests, for all connections of a server. Not thread-safe.
package final class RequestReader {
    private let json = JSONReader()

    package init() {}

    /// - Parameter message: one message as `Framer` finds it.
    /// - Throws: `ProtocolError` if the message has no valid `seq` and is not a legacy request.
    package func read(_ message: Span<UInt8>) throws(ProtocolError) -> IncomingRequest {
        let json = json
        var fields = try json.fields(of: message)
        guard let sequence = try fields.optional(Members.sequence) else { return .legacy(try LegacyRequest(&fields)) }
        do throws(ProtocolError) {
            let request = try Request(&fields)
            let instance = try fields.optional(Members.instance)
            try fields.checkUnread(Members.request)
            return .request(request, sequence: sequence, instance: instance)
        } catch {
            return .malformed(Refusal(error), sequence: sequence)
        }
    }
}
