package import TaskCore

/// Why received bytes are not a message of the protocol.
package enum ProtocolError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Between messages stands a byte that is neither white space nor `{`.
    case notAnObject(UInt8)
    /// A newline stands before the `}` that closes the object.
    case newlineInObject
    /// The message is longer than the limit, in bytes.
    case tooLong(limit: Int)
    /// The connection ended before the `}` that closes the object.
    case unfinished
    /// The object is not valid JSON; the reader's message.
    case notJSON(String)
    /// A required member is missing.
    case missing(String)
    /// A member has a value of another type, or out of range; what the member takes.
    case wrongValue(String, expected: String)
    /// A member occurs more than once.
    case repeated(String)
    /// The reply does not fit its request; why.
    case unexpected(String)
    /// No request has this `type`.
    case unknownRequest

    package var description: String {
        switch self {
        case .notAnObject(let byte): "byte 0x\(String(byte, radix: 16)) instead of the { of a message"
        case .newlineInObject: "a newline inside an object"
        case .tooLong(let limit): "a message of more than \(limit) bytes"
        case .unfinished: "the connection ended inside a message"
        case .notJSON(let reason): "not JSON: \(reason)"
        case .missing(let member): "the member \"\(member)\" is missing"
        case .wrongValue(let member, let expected): "the member \"\(member)\" must be \(expected)"
        case .repeated(let member): "the member \"\(member)\" occurs more than once"
        case .unexpected(let reason): reason
        case .unknownRequest:
            "the request type is unknown; there are \(RequestType.names) (without a seq only the first three)"
        }
    }
}

extension Refusal {
    /// The refusal of a malformed message.
    package init(_ error: ProtocolError) {
        switch error {
        case .tooLong(let limit): self = .tooLarge(limit: limit)
        case .unknownRequest: self.init(.unknownRequest, error.description)
        default: self = .badRequest(error.description)
        }
    }
}
