import ArgumentParser
import CommandArguments

/// The options of the original program, which go on working.
struct OriginalOptions: ParsableArguments {
    @Option(
        name: [.customShort("a", allowingJoined: true), .long], parsing: .unconditional,
        help: ArgumentHelp("run: start a task. st: its status. res: its result.", valueName: "run|st|res"))
    var action: String?

    @Option(
        name: [.customShort("d", allowingJoined: true), .long], parsing: .unconditional,
        help: ArgumentHelp("With run the task's data, else a task id (default: an empty text).", valueName: "text|id"))
    var data: String?

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
    var waitingForData: YesNo?

    @Option(
        name: receivingBufferSizeName,
        parsing: .unconditional,
        help: ArgumentHelp("The size of one read: 65536, 64KiB.", valueName: "size"),
        transform: byteCount(in: countRange))
    var receivingBufferSize: Int?

    /// One that was given; nil where none was.
    var given: String? {
        if action != nil { return "--action" }
        if data != nil { return "--data" }
        if taskName != nil { return "--task_name" }
        if waitingForData != nil { return "--waiting_for_data" }
        return receivingBufferSize == nil ? nil : "--receiving_buffer_size"
    }

    /// What is to be done.
    func command() -> any ClientCommand {
        do throws(OriginalForm.Misuse) {
            return OriginalCommand(try call(), readSize: receivingBufferSize)
        } catch {
            return OriginalMisuse(error)
        }
    }

    func call() throws(OriginalForm.Misuse) -> OriginalCommand.Action {
        let data = data ?? ""
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
}

/// A switch as the original takes it: with a value.
enum YesNo: String, ExpressibleByArgument {
    case yes = "true"
    case no = "false"

    init?(argument: String) {
        switch argument.lowercased() {
        case "true", "yes", "1": self = .yes
        case "false", "no", "0": self = .no
        default: return nil
        }
    }

    static var allValueStrings: [String] { ["true", "false", "yes", "no", "1", "0"] }
}
