import ArgumentParser
import CommandArguments
import TaskClient
import TaskCore

/// The server to connect to. The options may stand before and after the command; the later ones win.
struct ConnectionOptions: ParsableArguments {
    private static let standard = ClientConfiguration()

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The server's unix socket (default: $UV_TASK_SOCKET).", valueName: "path"),
        completion: .file())
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "The server's name or address (default: $UV_TASK_HOST, or \(defaultHost)).",
            valueName: "host"))
    var host: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The server's port (default: $UV_TASK_PORT, or \(defaultPort)).", valueName: "1-65535"),
        transform: wholeNumber(in: 1...65535))
    var port: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Reach a server on another machine through ssh, which runs uv-task proxy there (default: $UV_TASK_SSH, unless \
            --socket, --host or --port is given). Together with --ssh, these name the server as seen from there.
            """,
            valueName: "host"))
    var ssh: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            The time limit for a connection and an answer, such as 10 or 500ms \
            (default: \(TimeText.text(Int(Self.standard.connectTimeout))); the login of ssh has none unless it is given).
            """,
            valueName: "time"),
        transform: milliseconds)
    var connectTimeout: Int?

    func validate() throws {
        if socket != nil, host != nil || port != nil {
            throw ValidationError("--socket excludes --host and --port: a server is reached one way")
        }
    }
}

extension ConnectionOptions {
    /// - Parameter server: the server that was chosen.
    func configuration(for server: ServerAddress) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.server = server
        if let connectTimeout {
            configuration.connectTimeout = UInt64(connectTimeout)
            configuration.limitsLogin = true
        }
        return configuration
    }

    /// The options that another command needs to reach the same server, safe for a terminal: ` --host h --port 4322`, or
    /// nothing.
    var commandLine: String {
        TerminalText.escapedLine((ssh.map { " --ssh \(shellWord($0))" } ?? "") + serverOptions)
    }

    /// The options for `uv-task` on the other side of ssh, each after a space.
    var remoteOptions: String { serverOptions + (connectTimeout.map { " --connect-timeout \($0)ms" } ?? "") }

    private var serverOptions: String {
        (socket.map { " --socket \(shellWord($0))" } ?? "") + (host.map { " --host \(shellWord($0))" } ?? "")
            + (port.map { " --port \($0)" } ?? "")
    }
}
