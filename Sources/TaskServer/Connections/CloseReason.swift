import Libuv
import TaskCore

/// Why a connection was closed.
enum CloseReason: CustomStringConvertible {
    /// A legacy request was refused, or a message was malformed.
    case refused(Refusal)
    /// The connection was one too many, or its user may not use the server.
    case rejected(Refusal)
    case clientClosed
    /// The client closed the connection inside a message.
    case unfinishedMessage
    case idle
    case notReading
    case heldTooMuch(bytes: Int)
    case failed(UVError)
    case serverStopped

    /// For the log.
    var description: String {
        switch self {
        case .refused(let refusal), .rejected(let refusal): "\(refusal.code.rawValue): \(refusal.message)"
        case .clientClosed: "closed by the client"
        case .unfinishedMessage: "closed by the client inside a message"
        case .idle: "idle for longer than --timeout"
        case .notReading: "replies not taken within --write-timeout"
        case .heldTooMuch(let bytes):
            "it held \(bytes) bytes, the most when all connections together held more than --max-memory"
        case .failed(let error): "failed: \(error)"
        case .serverStopped: "the server stops"
        }
    }

    /// The limit that closed the connection: its option without the dashes; nil if none did.
    var limit: String? {
        switch self {
        case .idle: Limit.idleTime.name
        case .notReading: Limit.writeTime.name
        case .heldTooMuch: Limit.memory.name
        case .refused, .rejected, .clientClosed, .unfinishedMessage, .failed, .serverStopped: nil
        }
    }

    /// The limits that close connections, in the order in which `stats` counts them.
    static let limits = [Limit.idleTime.name, Limit.writeTime.name, Limit.memory.name]
}
