import ArgumentParser
import CommandArguments
import TaskCore
import TaskProtocol

/// What every command's declaration has.
protocol Subcommand: ParsableCommand {
    var root: TaskCommand { get }
    var connection: ConnectionOptions { get }

    /// What is to be done.
    func command() -> any ClientCommand
    /// What is wrong with the options together.
    func check() throws
}

extension Subcommand {
    func check() throws {}

    func validate() throws {
        // They are the root command's, which takes them wherever they stand.
        if let option = root.original.given {
            throw ValidationError(Misuse.noOption(option, of: Self.configuration.commandName ?? ""))
        }
        try check()
    }

    func run() { command().runProcess(connection.choice) }
}

/// `--json`
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print the server's replies, one JSON object a line.")
    var isOn = false
}

/// The tasks that a command is about.
struct TaskArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The ids of tasks, as run prints them.", valueName: "id"), transform: taskID)
    var ids: [TaskID]

    @OptionGroup var life: InstanceOption

    var selection: TaskSelection { TaskSelection(ids, of: life.instance) }
}

/// `--instance`
struct InstanceOption: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The instance that came with the ids (run --json prints it): after a restart they mean other tasks.",
            valueName: "hex"),
        transform: instanceID)
    var instance: InstanceID?
}

@Sendable func taskID(_ text: String) throws -> TaskID {
    guard let id = Int(text).flatMap(TaskID.init(rawValue:)) else {
        throw ValidationError("a task id is a whole number from \(TaskID.range.lowerBound) up")
    }
    return id
}

@Sendable private func instanceID(_ text: String) throws -> InstanceID {
    guard let instance = InstanceID(text) else {
        throw ValidationError("it takes 16 hexadecimal digits in lower case")
    }
    return instance
}

/// `--output`
struct OutputOption: ParsableArguments {
    @Option(
        name: .customLong("output"), parsing: .unconditional,
        help: ArgumentHelp(
            "Write the result to a file, whole or not at all; - for stdout, as it is on a terminal too.",
            valueName: "file"),
        completion: .file())
    var file: String?

    func check(_ json: JSONOption) throws {
        if file?.isEmpty == true { throw ValidationError("--output takes the name of a file, or -.") }
        if json.isOn { throw ValidationError("--output and --json do not go together.") }
    }
}

/// `--timeout`
struct TimeoutOption: ParsableArguments {
    @Option(
        name: .customLong("timeout"), parsing: .unconditional,
        help: ArgumentHelp(
            "How long to wait for the end: 30, 1.5s, 500ms, 2m, 1h (default: as long as it takes).", valueName: "time"),
        transform: TimeArgument.parse)
    var time: TimeArgument?

    /// nil for as long as it takes.
    var milliseconds: Int? { time.map { Int($0.milliseconds) } }
}
