package import Libuv
package import TaskCore

/// Why a client received no answer.
package indirect enum ClientError: Error, Equatable, CustomStringConvertible {
    /// The host has no address.
    case cannotResolve(host: String, UVError)
    /// Every address of the host refused the connection.
    case nothingListens(host: String, port: Int)
    /// The failure of the last address that was tried.
    case cannotConnect(host: String, port: Int, UVError)
    case timedOut(host: String, port: Int, milliseconds: UInt64, Stage)
    /// The server closed the connection instead of answering.
    case closed
    /// The connection ended inside an answer.
    case cutOff
    /// The system reports an error of the connection.
    case lost(UVError)
    /// The answer does not follow the protocol, for the given reason.
    case foreignAnswer(host: String, port: Int, String)
    /// The server refused the whole connection, with an error without a `seq`. It carried out no request on it.
    ///
    /// The text is the server's message; nil unless the client keeps texts.
    case refused(Refusal, text: String?)
    /// A submit has no answer, and repeating it did not help.
    case submitUnanswered(ClientError)
    /// A submit has no answer, and the server was restarted since.
    case restarted(host: String, port: Int)

    package enum Stage: Hashable, Sendable {
        case connecting
        case waitingForAnswer
    }

    /// Whether the server may have carried out a request that was sent.
    package var requestMayHaveArrived: Bool {
        switch self {
        case .timedOut(_, _, _, .waitingForAnswer), .lost, .cutOff, .closed, .submitUnanswered, .restarted: true
        case .timedOut, .cannotResolve, .nothingListens, .cannotConnect, .foreignAnswer, .refused: false
        }
    }

    /// Whether a new connection may help.
    var mayBeRetried: Bool {
        switch self {
        case .lost, .cutOff, .closed: true
        default: false
        }
    }

    package var isRefusal: Bool { if case .refused = self { true } else { false } }

    /// One line: what happened and, if known, what to do. It has no text of the server, which may have control characters.
    package var description: String {
        switch self {
        case .cannotResolve(let host, let error):
            "the host \"\(host)\" was not found: \(error.message). Check --host"
        case .nothingListens(let host, let port) where isLoopback(host):
            "nothing listens on \(hostAndPort(host, port)). Start it with: uv-taskd --port \(port)"
        case .nothingListens(let host, let port):
            "nothing listens on \(hostAndPort(host, port)). Start it there with: uv-taskd --host \(host) --port \(port), or reach "
                + "its loopback port with: ssh -L \(port):localhost:\(port) \(host)"
        case .cannotConnect(let host, let port, let error):
            "cannot connect to \(hostAndPort(host, port)): \(error.message)"
        case .timedOut(let host, let port, let milliseconds, let stage):
            "\(stage == .connecting ? "no connection to" : "no answer from") \(hostAndPort(host, port)) "
                + "within \(Double(milliseconds) / 1000) s; --connect-timeout sets the time"
        case .closed:
            "the daemon closed the connection"
        case .cutOff:
            "the connection ended in the middle of an answer"
        case .lost(let error):
            "the connection was lost: \(error.message)"
        case .foreignAnswer(let host, let port, let reason):
            "what answers on \(hostAndPort(host, port)) is not uv-taskd: \(reason). Check --host and --port"
        case .refused(let refusal, _):
            refusal.code == .tooManyConnections
                ? "the daemon has too many connections" : "the daemon refused the connection"
        case .submitUnanswered(let cause):
            "\(cause). It is not known whether the task was queued"
        case .restarted(let host, let port):
            "the daemon on \(hostAndPort(host, port)) was restarted before it answered, and it is not known whether the task "
                + "ran. Submit it again if it may run twice"
        }
    }
}

private func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
}
