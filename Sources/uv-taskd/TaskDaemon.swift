import ArgumentParser
import CommandArguments
import Libuv
import Logging
import TaskCatalog
import TaskServer
import Wire

@main
struct TaskDaemon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uv-taskd",
        abstract: "A task server that runs its tasks strictly one at a time.",
        discussion: """
            Takes tasks over TCP, queues them in memory, runs one at a time and answers their status and results \
            to uv-task, or to anything that writes lines of JSON. Needs no option: it listens on localhost:4321.

            Task types: echo (at once), revers and reverse (2 s), permutation (5 s), too_long_echo (20 s).

            ^C or SIGTERM: finishes the running task, then exits with 0. A second one leaves at once, with 130 or 143.
            Exit codes: 0 stopped, 1 could not start, 64 wrong usage.

            Example: uv-taskd --port 4321 --time-scale 0.1
            """,
        version: productVersion)

    @Option(help: "The name or address to listen on: every address that it resolves to.")
    var host = "localhost"

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", valueName: "0-65535"))
    var port = PortArgument(4321)

    @Option(
        help: ArgumentHelp("Write the port there once it can be connected to; removed at the end.", valueName: "file"))
    var portFile: String?

    @Option(
        name: [
            .customShort("r", allowingJoined: true), .customLong("receiving_buffer_size"),
            .customLong("receiving-buffer-size"),
        ],
        help: ArgumentHelp("The size of one read, in bytes.", valueName: "bytes"))
    var receivingBufferSize = CountArgument(65536)

    @Option(
        name: [
            .customShort("l", allowingJoined: true), .customLong("connection_limit"), .customLong("connection-limit"),
        ],
        help: ArgumentHelp("How many connections may wait to be accepted.", valueName: "number"))
    var connectionLimit = CountArgument(1000)

    @Option(
        name: [.customShort("t", allowingJoined: true), .long],
        help: ArgumentHelp(
            "Close a connection that is idle for so long, such as 30 or 500ms (default: never).", valueName: "seconds"))
    var timeout: TimeArgument?

    @Option(help: ArgumentHelp("The longest message that a client may send, in bytes.", valueName: "bytes"))
    var maxMessage = CountArgument(MessageLimits.request)

    @Option(help: ArgumentHelp("How long a stop waits for the running task.", valueName: "seconds"))
    var drainTimeout = TimeArgument(seconds: 30)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Multiply every delay, for tests and demos: 0 for none.", valueName: "factor"))
    var timeScale = 1.0

    @Option(help: ArgumentHelp("How much to log.", valueName: "level"))
    var logLevel = LogLevel.notice

    func validate() throws {
        guard timeScale >= 0, timeScale <= 1000 else {
            throw ValidationError("--time-scale takes a factor from 0 to 1000")
        }
    }

    static func main() {
        runProgram(Self.self, Array(CommandLine.arguments.dropFirst()))
    }

    func run() throws {
        prepareProcess()
        var logger = Logger(label: "uv-taskd") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel.level
        let signal: Signal?
        do throws(StartFailure) {
            signal = try TaskServer.serve(serverConfiguration, TaskCatalog(timeScale: timeScale), logger)
        } catch {
            try? StandardStream.error.write("uv-taskd: \(error)\n")
            throw ExitCode.failure
        }
        if let signal { throw ExitCode(128 + signal.number) }
    }

    var serverConfiguration: ServerConfiguration {
        var server = ServerConfiguration()
        server.host = host
        server.port = port.number
        server.portFile = portFile
        server.readSize = receivingBufferSize.value
        server.backlog = connectionLimit.value
        server.idleTimeout = timeout?.milliseconds
        server.maximumMessage = maxMessage.value
        server.drainTimeout = drainTimeout.milliseconds
        return server
    }
}

enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
