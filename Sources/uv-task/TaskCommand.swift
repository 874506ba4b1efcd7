import ArgumentParser
import CommandArguments
import Libuv
import TaskClient
import TaskPresentation
import Wire

@main
struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uv-task",
        abstract: "Runs tasks on a uv-taskd server, and asks for their status and results.",
        discussion: """
            --action run starts a task and prints its id; with --waiting_for_data true it waits and prints the result.
            --action st prints the status of the task whose id is --data, --action res its result.

            Examples:
              uv-task --action run --task_name revers --data hello
              uv-task --action run --task_name revers --data hello --waiting_for_data true
              uv-task --action st --data 1
              uv-task --action res --data 1

            Exit codes: 0 answered; of res and of run with waiting: 1 the task ended in error, 2 it has not finished \
            yet; 3 no such task, 6 no server, no answer or a lost connection (a task that was sent may be queued all the \
            same), 64 wrong usage, 74 stdout could not be written.
            """,
        version: productVersion)

    private static let standard = ClientConfiguration()

    @Option(help: "The server's name or address.")
    var host = Self.standard.host

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The server's port (default: \(Self.standard.port)).", valueName: "1-65535"),
        transform: wholeNumber(in: 1...65535))
    var port = Self.standard.port

    @Option(
        name: [.customShort("a", allowingJoined: true), .long], parsing: .unconditional,
        help: ArgumentHelp("run: start a task. st: its status. res: its result.", valueName: "run|st|res"))
    var action: String?

    @Option(
        name: [.customShort("d", allowingJoined: true), .long], parsing: .unconditional,
        help: ArgumentHelp("With run the task's data, else a task id (default: an empty text).", valueName: "text|id"))
    var data = ""

    @Option(
        name: [
            .customShort("n", allowingJoined: true), .customLong("task_name"), .customLong("task-name"),
            .customLong("task_name", withSingleDash: true),
        ], parsing: .unconditional,
        help: ArgumentHelp("With run: the type of the task, such as revers.", valueName: "name"))
    var taskName: String?

    @Option(
        name: [
            .customShort("w", allowingJoined: true), .customLong("waiting_for_data"), .customLong("waiting-for-data"),
        ], parsing: .unconditional,
        help: ArgumentHelp("With run: wait for the task's end and print its result.", valueName: "true|false"))
    var waitingForData = YesNo.no

    @Option(
        name: receivingBufferSizeName,
        parsing: .unconditional,
        help: ArgumentHelp("The size of one read, in bytes (default: \(Self.standard.readSize)).", valueName: "bytes"),
        transform: wholeNumber(in: countRange))
    var receivingBufferSize = Self.standard.readSize

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long to wait for a connection and an answer: 10, 500ms (default: \(TimeArgument(milliseconds: Self.standard.connectTimeout))).",
            valueName: "time"),
        transform: TimeArgument.parse)
    var connectTimeout = TimeArgument(milliseconds: Self.standard.connectTimeout)

    static func main() {
        runProgram(Self.self, withoutTerminators(Array(CommandLine.arguments.dropFirst())))
    }

    func run() throws {
        prepareProcess()
        let outcome = outcome()
        // Where even stderr is closed, the exit code is all that can be told.
        try? StandardStream.error.write(outcome.errors)
        do throws(UVError) {
            try StandardStream.output.write(outcome.output)
        } catch {
            try? StandardStream.error.write("uv-task: cannot write the answer to stdout: \(error.message)\n")
            leaveProcess(ProgramExit.cannotWrite.rawValue)
        }
        leaveProcess(outcome.exit.rawValue)
    }

    private func outcome() -> OriginalCall.Outcome {
        do throws(OriginalForm.Misuse) {
            return OriginalCall(action: try originalAction(), client: clientConfiguration).perform()
        } catch {
            return OriginalCall.Outcome(errors: error.line, exit: error.exit)
        }
    }

    func originalAction() throws(OriginalForm.Misuse) -> OriginalCall.Action {
        switch action {
        case "run":
            guard let taskName else { throw .noTaskName }
            return .run(taskName: taskName, data: data, waits: waitingForData == .yes)
        case "st": return .status(try OriginalForm.taskID(data, for: .status(id: data)))
        case "res": return .result(try OriginalForm.taskID(data, for: .result(id: data)))
        case let action?: throw .unknownAction(action)
        case nil: throw .noAction
        }
    }

    private var clientConfiguration: ClientConfiguration {
        var client = ClientConfiguration()
        client.host = host
        client.port = port
        client.readSize = receivingBufferSize
        client.connectTimeout = connectTimeout.milliseconds
        return client
    }
}
