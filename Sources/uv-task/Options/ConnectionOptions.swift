import ArgumentParser
import CommandArguments
import TaskClient
import TaskCore

/// The server to connect to. The options may stand before and after the command; the later ones win.
struct ConnectionOptions: ParsableArguments {
    private static let standard = ClientConfiguration()

    @Option(
        help: ArgumentHelp(
            "The server's name or address (default: $UV_TASK_HOST, or \(Self.standard.host)).", valueName: "host"))
    var host: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The server's port (default: $UV_TASK_PORT, or \(Self.standard.port)).", valueName: "1-65535"),
        transform: wholeNumber(in: 1...65535))
    var port: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            The time limit for a connection and an answer, such as 10 or 500ms \
            (default: \(TimeText.text(Int(Self.standard.connectTimeout)))).
            """,
            valueName: "time"),
        transform: milliseconds)
    var connectTimeout: Int?
}

extension ConnectionOptions {
    /// The server to connect to: of the command line, or else of `UV_TASK_HOST` and `UV_TASK_PORT`.
    ///
    /// - Parameter environment: returns the value of a variable; nil if it is not set. An empty one counts as not set.
    func configuration(_ environment: (String) -> String?) throws(CommandEnd) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        if let host = host ?? environment("UV_TASK_HOST").flatMap({ $0.isEmpty ? nil : $0 }) {
            configuration.host = host
        }
        if let port {
            configuration.port = port
        } else if let text = environment("UV_TASK_PORT"), !text.isEmpty {
            guard let port = Int(text), (1...65535).contains(port) else {
                let shown = TerminalText.escapedLine(text, width: 64)
                throw CommandEnd(
                    .usage, "UV_TASK_PORT is \"\(shown)\": it takes a whole number from 1 to 65535")
            }
            configuration.port = port
        }
        if let connectTimeout { configuration.connectTimeout = UInt64(connectTimeout) }
        return configuration
    }

    /// The options that another command needs to reach the same server: ` --host h --port 4322`, or nothing.
    var commandLine: String {
        (host.map { " --host \(shellWord($0))" } ?? "") + (port.map { " --port \($0)" } ?? "")
    }
}
