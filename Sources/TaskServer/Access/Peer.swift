import TaskCore
import TaskProtocol

/// Who is at the other end of a connection, and what they may do. Every request is checked before it is handled.
enum Peer {
    /// Anyone who can reach the listener. Everything is allowed.
    case anyone

    func authorize(_ request: Request) throws(Refusal) {
        switch self {
        case .anyone: break
        }
    }

    func authorize(_ request: LegacyRequest) throws(Refusal) {
        switch self {
        case .anyone: break
        }
    }
}
