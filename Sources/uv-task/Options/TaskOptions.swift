import ArgumentParser
import CommandArguments
import Libuv
import TaskCore

struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print the server's replies, one JSON object per line.")
    var isOn = false
}

struct TaskArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The ids of tasks, as printed by run.", valueName: "id"), transform: taskID)
    var ids: [TaskID]

    @OptionGroup private var instanceOption: InstanceOption

    /// nil for any instance of the server.
    var instance: InstanceID? { instanceOption.value }
}

struct InstanceOption: ParsableArguments {
    @Option(
        name: .customLong("instance"), parsing: .unconditional,
        help: ArgumentHelp(
            "The server instance that the ids belong to, as printed by run --json. After a restart, ids stand for other tasks.",
            valueName: "hex"),
        transform: instanceID)
    var value: InstanceID?
}

@Sendable func taskID(_ text: String) throws -> TaskID {
    guard let id = Int(text).flatMap(TaskID.init(rawValue:)) else {
        throw ValidationError("a task id is a whole number of at least \(TaskID.range.lowerBound)")
    }
    return id
}

@Sendable private func instanceID(_ text: String) throws -> InstanceID {
    guard let instance = InstanceID(text) else {
        throw ValidationError("it takes 16 lower-case hexadecimal digits")
    }
    return instance
}

struct OutputOption: ParsableArguments {
    /// The name of stdout.
    static let standardOutput = "-"

    @Option(
        name: .customLong("output"), parsing: .unconditional,
        help: ArgumentHelp(
            "Write the result to a file, completely or not at all; - writes it unchanged to stdout, even to a terminal.",
            valueName: "file"),
        completion: .file())
    var file: String?

    func check(_ json: JSONOption) throws {
        if file?.isEmpty == true { throw ValidationError("--output takes the name of a file, or -") }
        if json.isOn { throw ValidationError("--output and --json exclude each other") }
    }

    /// Checks that the file can be written, before the command does anything that takes long.
    func checkFile() throws(CommandEnd) {
        guard let file, file != Self.standardOutput else { return }
        do throws(UVError) {
            try OutputFile.check(file)
        } catch {
            throw CommandEnd(.cannotWrite, "cannot write to \(TerminalText.escapedLine(file)): \(error.message)")
        }
    }
}

struct TimeoutOption: ParsableArguments {
    @Option(
        name: .customLong("timeout"), parsing: .unconditional,
        help: ArgumentHelp(
            "The time limit of the wait, such as 30, 1.5s, 500ms, 2m or 1h (default: no limit).", valueName: "time"),
        transform: CommandArguments.milliseconds)
    var milliseconds: Int?
}
