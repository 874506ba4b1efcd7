import TaskCore

/// Why bytes on a connection are not a message of the protocol.
package enum BrokenMessage: Error, Hashable, Sendable, CustomStringConvertible {
    /// A byte between messages that is neither white space nor `{`.
    case notAnObject(UInt8)
    /// A newline before the `}` that closes the object.
    case newlineInside
    /// More bytes than the limit.
    case tooLong(limit: Int)
    /// The connection's end before the `}` that closes the object.
    case unfinished
    /// An object that is not JSON, in the reader's words.
    case notJSON(String)
    /// A member that the message needs is not there.
    case missing(String)
    /// A member whose value is of the wrong type or out of range.
    case wrongValue(String)
    /// A member that stands twice.
    case repeated(String)
    /// A reply that makes sense, but none to what was asked; in words.
    case unfit(String)
    /// A `type` that is no request.
    case unknownRequest

    package var description: String {
        switch self {
        case .notAnObject(let byte): "byte 0x\(String(byte, radix: 16)) where a message should begin"
        case .newlineInside: "a newline inside an object"
        case .tooLong(let limit): "a message of more than \(limit) bytes"
        case .unfinished: "the connection's end inside a message"
        case .notJSON(let reason): "not JSON: \(reason)"
        case .missing(let member): "no member \"\(member)\""
        case .wrongValue(let member): "a wrong value for \"\(member)\"\(Self.expectation(of: member))"
        case .repeated(let member): "\"\(member)\" given twice"
        case .unfit(let reason): reason
        case .unknownRequest:
            "an unknown request type: there are run, status, get_result, and with a seq cancel, log, list, stats and info"
        }
    }

    /// What a member takes, where that is told in a few words.
    private static func expectation(of member: String) -> String {
        switch member {
        case "seq", "timeout_ms", "offset", "position", "eta_ms", "protocol": ": it takes an integer from 0 to 2^53-1"
        case "task_id", "before", "next": ": it takes a task id, an integer from 1 to 2^53-1"
        case "limit":
            ": it takes an integer from \(ListQuery.limitRange.lowerBound) to \(ListQuery.limitRange.upperBound)"
        case "key": ": it takes a text of 1 to 128 bytes"
        case "instance": ": it takes 16 hexadecimal digits"
        case "status": ": it takes waiting, execute, success or error"
        case "wait", "existing", "timed_out", "ended": ": it takes true or false"
        case "type", "task_name", "data", "text", "name", "version": ": it takes a text"
        default: ""
        }
    }
}
