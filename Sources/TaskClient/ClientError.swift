package import Libuv
package import TaskCore

/// Why a client received no answer.
package indirect enum ClientError: Error, Equatable, CustomStringConvertible {
    /// The host has no address.
    case cannotResolve(host: String, UVError)
    /// Every address of the host refused the connection, or the unix socket did.
    case nothingListens(ServerAddress)
    /// The unix socket does not exist.
    case noSocket(path: String)
    /// The path of the unix socket leads to a file of another kind.
    case isNoSocket(path: String)
    /// This user may not connect to the unix socket.
    case notPermitted(path: String)
    /// The failure of the last address that was tried.
    case cannotConnect(ServerAddress, UVError)
    case timedOut(ServerAddress, milliseconds: UInt64, Stage)
    /// There is no ssh.
    case noSSH
    /// ssh ended before anything was received.
    case sshFailed(host: String, JoinedProgram.End)
    /// ssh ended later.
    case sshLost(host: String, JoinedProgram.End)
    /// The server closed the connection instead of answering.
    case closed
    /// The connection ended inside an answer.
    case cutOff
    /// The system reports an error of the connection.
    case lost(UVError)
    /// The answer does not follow the protocol, for the given reason.
    case foreignAnswer(ServerAddress, String)
    /// The server refused the whole connection, with an error without a `seq`. It carried out no request on it.
    ///
    /// The text is the server's message; nil unless the client keeps texts.
    case refused(Refusal, text: String?)
    /// A submit has no answer, and repeating it did not help.
    case submitUnanswered(ClientError)
    /// A submit has no answer, and the server was restarted since.
    case restarted(ServerAddress)

    package enum Stage: Hashable, Sendable {
        case connecting
        case waitingForAnswer
    }

    /// The failure to connect to a server.
    package init(connectingTo server: ServerAddress, _ error: UVError) {
        self =
            switch (server, error.code) {
            case (_, .connectionRefused): .nothingListens(server)
            case (.unix(let path), .noSuchFile): .noSocket(path: path)
            case (.unix(let path), .permissionDenied): .notPermitted(path: path)
            case (.ssh, .noSuchFile): .noSSH
            default: .cannotConnect(server, error)
            }
    }

    /// Whether the server may have carried out a request that was sent.
    package var requestMayHaveArrived: Bool {
        switch self {
        case .timedOut(_, _, .waitingForAnswer), .lost, .cutOff, .closed, .sshLost, .submitUnanswered, .restarted: true
        // After these, ssh or the program on the other side has connected to no daemon.
        case .sshFailed(_, .exited(RemoteExit.noDaemon)), .sshFailed(_, .exited(RemoteExit.denied)),
            .sshFailed(_, .exited(RemoteExit.usage)), .sshFailed(_, .exited(RemoteExit.noProgram)):
            false
        case .sshFailed: true
        case .timedOut, .cannotResolve, .nothingListens, .noSocket, .isNoSocket, .notPermitted, .cannotConnect, .noSSH,
            .foreignAnswer, .refused:
            false
        }
    }

    /// Whether a new connection may help.
    var mayBeRetried: Bool {
        switch self {
        case .lost, .cutOff, .closed, .sshLost, .sshFailed(_, .exited(RemoteExit.sshItself)): true
        default: false
        }
    }

    /// The server carried out nothing: no wait was lost.
    package var isBeforeAnyRequest: Bool {
        switch self {
        case .refused, .sshFailed: true
        default: false
        }
    }

    /// Whether there is a server that this user may not use.
    package var isDenied: Bool {
        switch self {
        case .notPermitted, .sshFailed(_, .exited(RemoteExit.denied)): true
        default: false
        }
    }

    /// One line: what happened and, if known, what to do. It has no text of the server, which may have control characters.
    package var description: String {
        switch self {
        case .cannotResolve(let host, let error):
            "the host \"\(host)\" was not found: \(error.message). Check --host"
        case .nothingListens(let server): Self.nothingListens(on: server)
        case .noSocket(let path):
            "there is no socket \(path). Start the daemon with: uv-taskd\(daemonOptions(.unix(path: path)))"
        case .isNoSocket(let path):
            "\(path) is no socket. Check --socket"
        case .notPermitted(let path):
            "you may not use the socket \(path): its mode or that of a folder above it does not let you. "
                + "Its owner can let a group in: uv-taskd --socket-group NAME"
        case .cannotConnect(.ssh, let error):
            "cannot start ssh: \(error.message)"
        case .cannotConnect(let server, let error):
            "cannot connect to \(server): \(error.message)"
        case .timedOut(let server, let milliseconds, let stage):
            "\(stage == .connecting ? "no connection to" : "no answer from") \(server) "
                + "within \(Double(milliseconds) / 1000) s; --connect-timeout sets the time"
        case .noSSH:
            "there is no program ssh in PATH. Install an OpenSSH client, or name a server with --socket or --host"
        case .sshFailed(let host, let end): Self.loginFailure(host, end)
        case .sshLost(let host, let end): Self.endOfSSH(host, end)
        case .closed:
            "the daemon closed the connection"
        case .cutOff:
            "the connection ended in the middle of an answer"
        case .lost(let error):
            "the connection was lost: \(error.message)"
        case .foreignAnswer(.ssh(let host, _), let reason):
            "what answers on \(host) over ssh is not uv-taskd: \(reason). Check that ssh \(shellWord(host)) true prints nothing"
        case .foreignAnswer(.unix(let path), let reason):
            "what answers on \(path) is not uv-taskd: \(reason). Check --socket"
        case .foreignAnswer(let server, let reason):
            "what answers on \(server) is not uv-taskd: \(reason). Check --host and --port"
        case .refused(let refusal, _):
            switch refusal.code {
            case .tooManyConnections: "the daemon has too many connections"
            case .notAllowed: "the daemon does not serve this user"
            default: "the daemon refused the connection"
            }
        case .submitUnanswered(let cause):
            "\(cause). It is not known whether the task was queued"
        case .restarted(let server):
            "the daemon on \(server) was restarted before it answered, and it is not known whether the task ran. "
                + "Submit it again if it may run twice"
        }
    }

    private static func nothingListens(on server: ServerAddress) -> String {
        if case .tcp(let host, let port) = server, !server.isOnThisMachine {
            return "nothing listens on \(server). Start it there with: uv-taskd --port \(port), "
                + "and reach it with: uv-task --ssh \(shellWord(host)) --port \(port)"
        }
        return "nothing listens on \(server). Start it with: uv-taskd\(daemonOptions(server))"
    }

    /// ssh and the program on the other side have said more on stderr.
    private static func loginFailure(_ host: String, _ end: JoinedProgram.End) -> String {
        switch end {
        case .exited(RemoteExit.sshItself):
            "ssh could not connect to \(host); its message is above. Try: ssh \(shellWord(host)) true"
        case .exited(RemoteExit.noProgram):
            "\(host) has no uv-task in the PATH of the commands that ssh runs. Install it there, for example in /usr/local"
        case .exited(RemoteExit.noDaemon):
            "no daemon was reached on \(host); the message of uv-task there is above"
        case .exited(RemoteExit.denied):
            "the daemon on \(host) does not let you in; the message of uv-task there is above"
        case .exited(RemoteExit.usage):
            "\(host) has a uv-task that refuses the call; its message is above. It may be too old for --ssh"
        default: endOfSSH(host, end)
        }
    }

    private static func endOfSSH(_ host: String, _ end: JoinedProgram.End) -> String {
        switch end {
        case .exited(RemoteExit.sshItself): "ssh to \(host) ended with exit code \(RemoteExit.sshItself)"
        case .exited(let status): "the proxy on \(host) ended with exit code \(status)"
        case .signalled(let number): "ssh to \(host) was ended by signal \(number)"
        }
    }
}

/// What ssh exits with: the code of `uv-task proxy` (`ProgramExit`), of the remote shell, or its own.
enum RemoteExit {
    /// The user there may not use the daemon's socket.
    static let denied = 5
    /// `uv-task proxy` had no connection to a daemon.
    static let noDaemon = 6
    /// `uv-task` does not know `proxy`, or refused an option.
    static let usage = 64
    /// The shell there found no `uv-task`.
    static let noProgram = 127
    /// ssh's own failure.
    static let sshItself = 255
}

/// The options with which a daemon serves an address of this machine.
private func daemonOptions(_ server: ServerAddress) -> String {
    switch server {
    case .tcp(_, let port): " --port \(port)"
    case .unix(let path): " --socket \(shellWord(path))"
    case .ssh: ""
    }
}
