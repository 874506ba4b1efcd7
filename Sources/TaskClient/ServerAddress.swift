import TaskCore

/// How a client reaches a server.
package enum ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// - Parameters:
    ///   - host: a name or an address. The client tries every address that the name resolves to.
    ///   - port: 1 to 65535.
    case tcp(host: String, port: Int)
    /// A unix socket.
    case unix(path: String)
    /// ssh runs `uv-task proxy` on another machine.
    ///
    /// - Parameters:
    ///   - host: what ssh takes as its destination. Does not begin with a dash.
    ///   - options: for `uv-task` there, quoted for a shell, each after a space: ` --port 4322`.
    case ssh(host: String, options: String)

    /// `localhost:4321`, `[::1]:4321`, `/run/uv-task/socket`, `gpu over ssh`
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        case .ssh(let host, _): "\(host) over ssh"
        }
    }

    /// Whether the server is on this machine, as far as its name tells.
    package var isOnThisMachine: Bool {
        switch self {
        case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
        case .unix: true
        case .ssh: false
        }
    }

    /// The call of ssh. See `ssh`.
    ///
    /// - Without `-T` a user's configuration could ask for a terminal, which would change the bytes.
    /// - ssh asks the other machine for a sign of life after so many seconds of silence, and ends after three questions.
    ///   Otherwise a wait would notice after hours that the machine is gone.
    static func sshCall(_ host: String, _ options: String) -> [String] {
        ["ssh", "-T", "-o", "ServerAliveInterval=\(keepAlive)", "--", host, "uv-task\(options) proxy"]
    }

    /// In seconds of silence. Without it, a wait never notices that the server's machine is gone.
    static let keepAlive = 60
}
