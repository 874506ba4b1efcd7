package import Libuv

/// Why the client got no answer.
package enum ClientError: Error, Equatable, CustomStringConvertible {
    case cannotResolve(host: String, UVError)
    /// Every address of the host refused.
    case nothingListens(host: String, port: Int)
    case cannotConnect(host: String, port: Int, UVError)
    case timedOut(host: String, port: Int, milliseconds: UInt64, Stage)
    /// The daemon closed the connection in good order instead of answering.
    case closed
    case lost(UVError)
    /// What answers is no uv-taskd.
    case foreignAnswer(host: String, port: Int, String)

    package enum Stage: Hashable, Sendable {
        case connecting
        case waitingForAnswer
    }

    /// One line: what was tried, what came back, and what to do where that can be told.
    package var description: String {
        switch self {
        case .cannotResolve(let host, let error):
            "the host \(host) was not found: \(error.message). Check --host"
        case .nothingListens(let host, let port):
            "nothing listens on \(host):\(port). Start it with: uv-taskd --port \(port)"
        case .cannotConnect(let host, let port, let error):
            "cannot connect to \(host):\(port): \(error.message)"
        case .timedOut(let host, let port, let milliseconds, let stage):
            "\(stage == .connecting ? "no connection to" : "no answer from") \(host):\(port) "
                + "within \(Double(milliseconds) / 1000) s; --connect-timeout sets the time"
        case .closed:
            "the daemon closed the connection"
        case .lost(let error):
            "the connection was lost: \(error.message)"
        case .foreignAnswer(let host, let port, let reason):
            "what answers on \(host):\(port) is not uv-taskd: \(reason). Check --host and --port"
        }
    }
}
