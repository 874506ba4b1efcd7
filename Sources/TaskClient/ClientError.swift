package import Libuv
import TaskCore
package import TaskProtocol

/// Why the client got no answer.
package indirect enum ClientError: Error, Equatable, CustomStringConvertible {
    /// The name has no address.
    case cannotResolve(host: String, UVError)
    /// Every address of the host refused.
    case nothingListens(host: String, port: Int)
    /// Why, of the address that was tried last.
    case cannotConnect(host: String, port: Int, UVError)
    /// Nothing came within the time that was given for it.
    case timedOut(host: String, port: Int, milliseconds: UInt64, Stage)
    /// The daemon closed the connection in good order instead of answering.
    case closed
    /// The connection ended in the middle of an answer.
    case cutOff
    /// The system reports an error of the connection.
    case lost(UVError)
    /// What answers is no uv-taskd.
    case foreignAnswer(host: String, port: Int, String)
    /// The server refused the connection itself, in an error without a `seq`; nothing of what was asked was done.
    ///
    /// The text is the server's message; nil unless the client keeps texts.
    case refused(RequestError, text: String?)
    /// A submit was sent, and sent again where that made sense, and no answer came.
    case submitUnanswered(ClientError)
    /// A submit was sent and not answered, and another life of the server has no trace of it.
    case restarted(host: String, port: Int)

    /// Whether a request that was sent may have been carried out all the same.
    package var requestMayHaveArrived: Bool {
        switch self {
        case .timedOut(_, _, _, .waitingForAnswer), .lost, .cutOff, .closed, .submitUnanswered, .restarted: true
        case .timedOut, .cannotResolve, .nothingListens, .cannotConnect, .foreignAnswer, .refused: false
        }
    }

    /// Whether a new connection may bring what this one did not.
    var mayBeRetried: Bool {
        switch self {
        case .lost, .cutOff, .closed: true
        default: false
        }
    }

    /// Whether the server said that it takes no request on this connection.
    package var isRefusal: Bool { if case .refused = self { true } else { false } }

    /// Whether the words tell what became of the submits that have no answer.
    var tellsOfSubmits: Bool {
        switch self {
        case .submitUnanswered, .restarted: true
        default: false
        }
    }

    /// What took too long.
    package enum Stage: Hashable, Sendable {
        /// Every address of the host was tried.
        case connecting
        /// Requests that do not wait are answered at once.
        case waitingForAnswer
    }

    /// One line: what was tried, what came back, and what to do where that can be told.
    package var description: String {
        switch self {
        case .cannotResolve(let host, let error):
            "the host \"\(host)\" was not found: \(error.message). Check --host"
        case .nothingListens(let host, let port) where isLoopback(host):
            "nothing listens on \(place(host, port)). Start it with: uv-taskd --port \(port)"
        case .nothingListens(let host, let port):
            "nothing listens on \(place(host, port)). Start it there with: uv-taskd --host \(host) --port \(port), or reach "
                + "its loopback port with: ssh -L \(port):localhost:\(port) \(host)"
        case .cannotConnect(let host, let port, let error):
            "cannot connect to \(place(host, port)): \(error.message)"
        case .timedOut(let host, let port, let milliseconds, let stage):
            "\(stage == .connecting ? "no connection to" : "no answer from") \(place(host, port)) "
                + "within \(Double(milliseconds) / 1000) s; --connect-timeout sets the time"
        case .closed:
            "the daemon closed the connection"
        case .cutOff:
            "the connection ended in the middle of an answer"
        case .lost(let error):
            "the connection was lost: \(error.message)"
        case .foreignAnswer(let host, let port, let reason):
            "what answers on \(place(host, port)) is not uv-taskd: \(reason). Check --host and --port"
        // What the server says of it is for whoever knows the terminal.
        case .refused(let error, _):
            error.code == .tooManyConnections
                ? "the daemon has too many connections" : "the daemon refused the connection"
        case .submitUnanswered(let cause):
            "\(cause). It is not known whether the task was queued"
        case .restarted(let host, let port):
            "the daemon on \(place(host, port)) was restarted before it answered, and it is not known whether the task "
                + "ran. Submit it again if it may run twice"
        }
    }
}

/// Whether a host is this machine, as far as its name tells.
private func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
}

private func place(_ host: String, _ port: Int) -> String { ClientConfiguration.place(host, port) }
