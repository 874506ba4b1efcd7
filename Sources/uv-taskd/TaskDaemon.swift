import ArgumentParser
import CommandArguments
import Libuv
import Logging
import Manual
import TaskCore
import TaskProtocol
import TaskServer

@main
struct TaskDaemon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uv-taskd",
        abstract: "A task server that runs its tasks strictly one at a time.",
        discussion: """
            Takes tasks over TCP, queues them in memory, runs one at a time and answers their status and results \
            to uv-task, or to anything that writes lines of JSON. Needs no option: it listens on localhost:4321.

            Task types and their delays: \(typeList).

            --tasks FILE adds task types of your own. Each runs a command, of which clients choose nothing: they send \
            data, which it gets on its standard input, and take what it writes to its standard output. For example:

              [tasks.thumbnail]
              description = "Scale a picture to 128 pixels"
              command = ["convert", "-", "-resize", "128x128", "png:-"]
              data = "base64"
              result = "base64"
              timeout = "30s"

            Only the command is needed. The other keys:

              description     of one line, for people
              data, result    "text" (the default), or "base64" for any bytes
              timeout         how long it may run: "30s", "2m" (no end)
              expected        how long it takes, until some runs were seen
              max_output      how much it may write ("1MiB")
              directory       where it runs (where the daemon does)
              environment     { NAME = "value" }, beside the daemon's
              data_as_option  true where data may begin an argument

            {data} and {id} in an argument are replaced by the task's data and id, and stay within it: no shell sees \
            them. A command that is a shell takes data as an argument of its script:

              command = ["sh", "-c", "echo \\"$1\\"", "--", "{data}"]

            ^C, SIGTERM or SIGHUP: takes no more tasks, finishes the running one (as far as --drain-timeout allows) and \
            exits. A second one cuts the running task off, a third kills its command.

            Exit codes: 0 stopped in good order; 130, 143, 129 cut off (128 + the signal); 1 could not start, or a mistake in \
            the file of task types; 64 wrong usage.

            Example: uv-taskd --port 4321 --time-scale 0.1
            """,
        version: productVersion)

    private static let standard = ServerConfiguration()

    private static var typeList: String {
        TaskType.builtIn.map { "\($0.name) (\($0.delay.components.seconds) s)" }.joined(separator: ", ")
    }

    @Option(help: "The name or address to listen on: every address that it resolves to.")
    var host = Self.standard.host

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The port to listen on; 0 takes a free one (default: \(Self.standard.port); UV_TASK_PORT is for uv-task only).",
            valueName: "0-65535"),
        transform: wholeNumber(in: 0...65535))
    var port = Self.standard.port

    @Option(
        help: ArgumentHelp(
            "Write the port there once it can be connected to; removed when it stops.", valueName: "file"),
        completion: .file())
    var portFile: String?

    @Option(
        name: receivingBufferSizeName,
        parsing: .unconditional,
        help: ArgumentHelp(
            "The size of one read: 65536, 64KiB (default: \(SizeText.text(Self.standard.readSize))).", valueName: "size"
        ),
        transform: byteCount(in: countRange))
    var receivingBufferSize = Self.standard.readSize

    @Option(
        name: [
            .customShort("l", allowingJoined: true), .customLong("connection_limit"), .customLong("connection-limit"),
        ],
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many connections may wait to be accepted (default: \(Self.standard.backlog)).", valueName: "number"),
        transform: wholeNumber(in: countRange))
    var connectionLimit = Self.standard.backlog

    @Option(
        name: [.customShort("t", allowingJoined: true), .long], parsing: .unconditional,
        help: ArgumentHelp(
            "Close a connection that is idle for so long: 30, 500ms, 2m (default: never).", valueName: "time"),
        transform: TimeArgument.parse)
    var timeout: TimeArgument?

    @OptionGroup
    var taskFile: TaskFileOptions

    @OptionGroup
    var limits: LimitOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a stop waits for the running task, from 1ms up (default: \(TimeArgument(milliseconds: Self.standard.drainTimeout))).",
            valueName: "time"),
        transform: TimeArgument.parse)
    var drainTimeout = TimeArgument(milliseconds: Self.standard.drainTimeout)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Multiply every delay, for tests and demos; 0 for none (default: 1).", valueName: "0-1000"),
        transform: { text in
            guard let factor = Double(text), (0...1000).contains(factor) else {
                throw ValidationError("it takes a factor from 0 to 1000")
            }
            return factor
        })
    var timeScale = 1.0

    @Option(help: ArgumentHelp("How much to log.", valueName: "level"))
    var logLevel = LogLevel.notice

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == guardArgument { ProcessGuard.serve() }
        printManual(
            of: Self.self, ManualHead(section: 8, related: [(name: "uv-task", section: 1)]), ifAskedBy: arguments)
        runProgram(Self.self, withHelpAsOption(arguments))
    }

    /// Makes this program the guard of another one; what follows it is for those who look at a list of processes.
    private static let guardArgument = "--guard-of"

    private static func guardProgram() throws(StartFailure) -> ChildProcess.Program {
        do throws(UVError) {
            return try ProcessGuard.thisProgram(["uv-task-guard", guardArgument, "\(processIdentifier)"])
        } catch {
            throw .processGuard(error)
        }
    }

    func run() throws {
        prepareProcess()
        do throws(TaskFileFailure) {
            if taskFile.check { try printCheck() }
            serve(try taskFile.types())
        } catch {
            for line in error.lines { Self.say(line) }
            leaveProcess(1)
        }
    }

    /// Says what is in the file of task types, and exits.
    private func printCheck() throws(TaskFileFailure) -> Never {
        let (output, warnings) = try taskFile.report()
        do throws(UVError) {
            try StandardStream.output.write(output)
        } catch {
            Self.say("cannot write to stdout: \(error.message)")
            leaveProcess(1)
        }
        for line in warnings { Self.say(line) }
        leaveProcess(0)
    }

    private static func say(_ line: String) { try? StandardStream.error.write("uv-taskd: \(line)\n") }

    private func serve(_ types: [TaskType]) -> Never {
        var logger = Logger(label: "uv-taskd") { NonBlockingLogHandler(label: $0) }
        logger.logLevel = logLevel.level
        let memory = serverConfiguration.maximumMemory
        for line in types.flatMap({ $0.missing + [$0.excess(over: memory)].compactMap(\.self) }) {
            logger.warning("\(line)")
        }
        do throws(StartFailure) {
            let signal = try TaskServer.serve(
                serverConfiguration, TaskCatalog(types, timeScale: timeScale), guardedBy: Self.guardProgram(), logger)
            leaveProcess(signal.map { 128 + $0.number } ?? 0)
        } catch {
            Self.say("\(error)")
            leaveProcess(1)
        }
    }

    var serverConfiguration: ServerConfiguration {
        var server = ServerConfiguration()
        server.host = host
        server.port = port
        server.portFile = portFile
        server.readSize = receivingBufferSize
        server.backlog = connectionLimit
        server.idleTimeout = timeout?.milliseconds
        limits.apply(to: &server)
        server.drainTimeout = drainTimeout.milliseconds
        server.killTime = taskFile.killAfter.milliseconds
        return server
    }
}

enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .notice }
}
