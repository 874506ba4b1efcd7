import ArgumentParser
import CommandArguments
import TaskClient

/// Whom to ask: the same options before and after the command's name, the later ones winning.
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
            "How long to wait for a connection and an answer: 10, 500ms (default: \(TimeArgument(milliseconds: Self.standard.connectTimeout))).",
            valueName: "time"),
        transform: TimeArgument.parse)
    var connectTimeout: TimeArgument?

    var choice: ConnectionChoice {
        ConnectionChoice(host: host, port: port, connectTimeout: connectTimeout?.milliseconds)
    }
}
