import ArgumentParser
import CommandArguments
import TaskClient
import TaskCore

/// The options of the legacy form of a call, which has no command.
struct LegacyOptions: ParsableArguments {
    @Option(
        name: [.customShort("a", allowingJoined: true), .long], parsing: .unconditional,
        help: ArgumentHelp("run starts a task, st prints its status, res its result.", valueName: "run|st|res"))
    var action: String?

    @Option(
        name: [.customShort("d", allowingJoined: true), .long], parsing: .unconditional,
        help: ArgumentHelp(
            "With run the task's data, otherwise a task id (default: an empty text).", valueName: "text|id"))
    var data: String?

    @Option(
        name: [
            .customShort("n", allowingJoined: true), .customLong("task_name"), .customLong("task-name"),
            .customLong("task_name", withSingleDash: true),
        ], parsing: .unconditional,
        help: ArgumentHelp("With run, the type of the task, such as revers.", valueName: "name"))
    var taskName: String?

    @Option(
        name: [
            .customShort("w", allowingJoined: true), .customLong("waiting_for_data"), .customLong("waiting-for-data"),
        ], parsing: .unconditional,
        help: ArgumentHelp(
            "With run, wait until the task ends and print its result; also yes, no, 1 or 0.", valueName: "true|false"),
        completion: .list(["true", "false"]), transform: boolean)
    var waitingForData: Bool?

    @Option(
        name: receivingBufferSizeName,
        parsing: .unconditional,
        help: ArgumentHelp("The size of one read, such as 65536 or 64KiB.", valueName: "size"),
        transform: byteCount(in: Limits.countRange))
    var receivingBufferSize: Int?

    /// The name of one of the given options; nil if there is none.
    var given: String? {
        if action != nil { return "--action" }
        if data != nil { return "--data" }
        if taskName != nil { return "--task_name" }
        if waitingForData != nil { return "--waiting_for_data" }
        return receivingBufferSize == nil ? nil : "--receiving_buffer_size"
    }
}

extension LegacyOptions {
    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        var configuration = context.configuration
        if let receivingBufferSize { configuration.readSize = receivingBufferSize }
        let output: (text: String, exit: ProgramExit)
        do throws(LegacyError) {
            output = try command().perform(configuration, options: context.options)
        } catch {
            context.console.write(error: error.line)
            return error.exit
        }
        try context.console.write(output.text)
        return output.exit
    }

    func command() throws(LegacyError) -> LegacyCommand {
        let data = data ?? ""
        switch action {
        case "run":
            guard let taskName else { throw .noTaskName }
            return .run(taskName: taskName, data: data, waits: waitingForData == true)
        case "st": return .status(try taskID(data, "get task status"))
        case "res": return .result(try taskID(data, "get task result"))
        case let action?: throw .unknownAction(action)
        case nil: throw .noAction
        }
    }

    private func taskID(_ text: String, _ operation: String) throws(LegacyError) -> TaskID {
        guard let id = Int(text).flatMap(TaskID.init(rawValue:)) else {
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            let isInteger = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
            throw isInteger ? .noSuchID("\(operation). Task #\(text)") : .notAnInteger(text)
        }
        return id
    }
}

@Sendable private func boolean(_ text: String) throws -> Bool {
    switch text.lowercased() {
    case "true", "yes", "1": return true
    case "false", "no", "0": return false
    default: throw ValidationError("it takes true or false")
    }
}
