import ArgumentParser
import CommandArguments
import Libuv
import Logging
import ProcessTree
import TaskCore
import TaskFile
import TaskServer

@main
struct TaskDaemon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uv-taskd",
        abstract: "A task server that runs its tasks strictly one at a time.",
        discussion: """
            The server accepts tasks, queues them in memory and runs them one at a time. uv-task, or any program \
            that writes lines of JSON, submits tasks and asks for their status and results. No option is needed: the \
            server listens on localhost:4321, for every user of this machine.

            Task types and their delays: \(typeList).

            --tasks FILE adds task types of your own. Each runs a command. Clients cannot choose the command: they send \
            the data for its standard input and receive what it writes to its standard output. For example:

              [tasks.thumbnail]
              description = "Scale a picture to 128 pixels"
              command = ["convert", "jpeg:-", "-resize", "128x128", "png:-"]
              data = "base64"
              result = "base64"
              timeout = "30s"

            Only the command is required. The other keys and their defaults:

            \(TaskFile.keyHelp)

            In an argument, {data} and {id} stand for the task's data and id. The text stays within the argument; no \
            shell reads it. If the command is a shell, pass the data as an argument of its script:

              command = ["sh", "-c", "echo \\"$1\\"", "--", "{data}"]

            The system decides who may use the server. Everyone who may can read and cancel all tasks. With task types of \
            your own, localhost:4321 is only for the user that runs the server (see --tcp-users). For other users, \
            listen on a unix socket: --socket PATH --socket-group NAME. uv-task finds it without an option at \
            /run/uv-task/socket. Other machines connect through ssh: uv-task --ssh HOST.

            On ^C, SIGTERM or SIGHUP the server accepts no more tasks, ends the waiting ones in error, waits for the \
            running one (at most --drain-timeout) and exits. A second signal interrupts the running task, a third kills \
            its command.

            Exit codes: 0 shut down after the running task; 129, 130, 143 interrupted (128 + the signal); 1 could not start, \
            or the file of task types has mistakes; 64 wrong usage.

            Example: uv-taskd --port 4321 --time-scale 0.1
            """,
        version: productVersion)

    private static let standard = ServerConfiguration()

    private static var typeList: String {
        TaskType.builtIn.map { "\($0.name) (\($0.delay.components.seconds) s)" }.joined(separator: ", ")
    }

    @OptionGroup(title: "Connections")
    var listening: ListenOptions

    @Option(
        name: receivingBufferSizeName,
        parsing: .unconditional,
        help: ArgumentHelp(
            "The size of one read, such as 65536 or 64KiB (default: \(SizeText.text(Self.standard.readSize))).",
            valueName: "size"),
        transform: byteCount(in: Limits.countRange))
    var receivingBufferSize = Self.standard.readSize

    @Option(
        name: [
            .customShort("l", allowingJoined: true), .customLong("connection_limit"), .customLong("connection-limit"),
        ],
        parsing: .unconditional,
        help: ArgumentHelp(
            "The number of connections that may wait to be accepted (default: \(Self.standard.backlog)).",
            valueName: "number"),
        transform: wholeNumber(in: Limits.countRange))
    var connectionLimit = Self.standard.backlog

    @OptionGroup(title: "Tasks")
    var taskFile: TaskFileOptions

    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Multiply every delay, for tests and demonstrations; 0 means no delays (default: 1).", valueName: "0-1000"),
        transform: { text in
            guard let factor = Double(text), (0...1000).contains(factor) else {
                throw ValidationError("it takes a factor from 0 to 1000")
            }
            return factor
        })
    var timeScale = 1.0

    @Option(
        help: ArgumentHelp(
            """
            The least level to log: \(Logger.Level.words.joined(separator: ", ")) \
            (default: \(Logger.Level.notice.rawValue)).
            """, valueName: "level"),
        completion: .list(Logger.Level.words), transform: word(of: Logger.Level.self))
    var logLevel = Logger.Level.notice

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == guardArgument { ProcessGuard.serve() }
        // The library's completions offer the word, but a program without commands does not accept it.
        runProgram(Self.self, arguments == ["help"] ? ["--help"] : arguments)
    }

    /// Makes this program the guard of another one. The process id that follows is for people who read a process list.
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
            if taskFile.check { try printReport() }
            serve(try taskFile.types())
        } catch {
            for line in error.lines { Self.writeError(line) }
            exitProcess(1)
        }
    }

    /// Prints what the file of task types contains, and exits.
    private func printReport() throws(TaskFileFailure) -> Never {
        let (output, warnings) = try taskFile.report()
        do throws(UVError) {
            try StandardStream.output.write(output)
        } catch {
            Self.writeError("cannot write to stdout: \(error.message)")
            exitProcess(1)
        }
        for line in warnings { Self.writeError(line) }
        exitProcess(0)
    }

    private static func writeError(_ line: String) { try? StandardStream.error.write("uv-taskd: \(line)\n") }

    private func serve(_ types: [TaskType]) -> Never {
        var logger = Logger(label: "uv-taskd") { NonBlockingLogHandler(label: $0) }
        logger.logLevel = logLevel
        let memory = serverConfiguration.limits.memory
        for line in types.flatMap({ $0.missing + [$0.excess(over: memory)].compactMap(\.self) }) {
            logger.warning("\(line)")
        }
        do throws(StartFailure) {
            let signal = try TaskServer.serve(
                serverConfiguration, TaskCatalog(types, timeScale: timeScale), guardedBy: Self.guardProgram(), logger)
            exitProcess(signal.map { 128 + $0.number } ?? 0)
        } catch {
            Self.writeError("\(error)")
            exitProcess(1)
        }
    }

    var serverConfiguration: ServerConfiguration {
        var server = ServerConfiguration()
        listening.apply(to: &server)
        server.readSize = receivingBufferSize
        server.backlog = connectionLimit
        server.limits = limits.values
        server.killTime = taskFile.killAfter
        return server
    }
}
