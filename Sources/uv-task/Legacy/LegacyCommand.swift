import TaskClient
import TaskCore

/// A call in the legacy form. Scripts read the lines that it prints, so they never change.
enum LegacyCommand: Equatable {
    /// Submits a task and prints its id, or waits for the task and prints its result.
    case run(taskName: String, data: String, waits: Bool)
    case status(TaskID)
    case result(TaskID)

    /// - Parameter options: the connection options for the commands that messages suggest.
    /// - Returns: the text for stdout, and the exit code.
    func perform(
        _ configuration: ClientConfiguration, options: String
    ) throws(LegacyError) -> (text: String, exit: ProgramExit) {
        var submitted: TaskID?
        do throws(ClientError) {
            let client = try LegacyClient(configuration)
            defer { client.close() }
            switch self {
            case .run(let taskName, let data, let waits):
                let id = try client.submit(taskName, data)
                submitted = id
                guard waits else { return ("Task [\(taskName)] added to the queue. Task id is #\(id)\n", .success) }
                let (state, result) = try client.waitForResult(of: id)
                return (Self.result(of: "[\(taskName)]", state, result), ProgramExit(forOutcome: state))
            case .status(let id):
                return ("Status of task #\(id): \(try client.status(of: id).rawValue)\n", .success)
            case .result(let id):
                let (state, result) = try client.result(of: id)
                return (Self.result(of: "#\(id)", state, result), ProgramExit(forOutcome: state))
            }
        } catch {
            throw failure(error, submitted, options)
        }
    }

    static func result(of task: String, _ state: TaskState, _ data: String?) -> String {
        "Result of task \(task): \(data ?? "None")\nStatus: \(state.rawValue)\n"
    }

    private func failure(_ error: ClientError, _ submitted: TaskID?, _ options: String) -> LegacyError {
        var cause = TerminalText.escapedLine(error.description)
        if case .refused(let refusal, _) = error { cause = RefusalMessage.text(refusal, options: options) }
        var exit = ProgramExit.noConnection
        if let submitted {
            cause += "; the task is #\(submitted)"
        } else if case .run = self {
            if error.requestMayHaveArrived { cause += "; it is not known whether the task was queued" }
        } else if error == .closed {
            // In the legacy protocol, the server closes the connection if it does not know the task.
            cause = "the daemon closed the connection: no such task, or its result is no longer kept"
            exit = .unknownTask
        }
        switch self {
        case .run(let taskName, _, _):
            return .failed(submitted == nil ? "start task \(taskName)" : "complete the task \(taskName)", cause, exit)
        case .status(let id): return .failed("get task status. Task #\(id)", cause, exit)
        case .result(let id): return .failed("get task result. Task #\(id)", cause, exit)
        }
    }
}

/// Why a legacy call failed. Its line on stderr never changes up to the brackets.
struct LegacyError: Error, Equatable {
    let line: String
    let exit: ProgramExit

    private init(_ sentence: String, _ exit: ProgramExit) {
        line = "ERROR: \(sentence)\n"
        self.exit = exit
    }

    static func failed(_ operation: String, _ cause: String, _ exit: ProgramExit) -> LegacyError {
        LegacyError("failed to \(operation) (\(cause))", exit)
    }

    // MARK: Usage errors

    static func notAnInteger(_ text: String) -> LegacyError {
        LegacyError("incorrect value of data [\(text)]. Integer type expected.", .usage)
    }

    static func unknownAction(_ action: String) -> LegacyError {
        LegacyError("unknown action \(action) (there are run, st and res)", .usage)
    }

    static let noAction = LegacyError("no action (give --action run, st or res; see uv-task --help-hidden)", .usage)

    static let noTaskName = LegacyError(
        "no task name (give --task_name, such as revers; see uv-task --help-hidden)", .usage)

    /// The id is an integer outside the range of task ids.
    static func noSuchID(_ operation: String) -> LegacyError {
        failed(operation, "task ids are \(TaskID.range.lowerBound) to \(TaskID.range.upperBound)", .unknownTask)
    }
}
