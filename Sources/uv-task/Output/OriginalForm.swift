package import TaskCore
import TaskProtocol

/// What uv-task prints in the original program's form, word for word.
package enum OriginalForm {
    /// To stdout: `Task [revers] added to the queue. Task id is #4`
    package static func submitted(_ taskName: String, _ id: TaskID) -> String {
        "Task [\(taskName)] added to the queue. Task id is #\(id)\n"
    }

    /// To stdout: `Status of task #4: success`
    package static func status(_ id: TaskID, _ state: TaskState) -> String {
        "Status of task #\(id): \(state.rawValue)\n"
    }

    /// To stdout: `Result of task #4: olleh`, `Status: success`
    package static func result(_ id: TaskID, _ state: TaskState, _ data: String?) -> String {
        result("#\(id)", state, data)
    }

    /// To stdout: `Result of task [revers]: olleh`, `Status: success`
    package static func awaitedResult(_ taskName: String, _ state: TaskState, _ data: String?) -> String {
        result("[\(taskName)]", state, data)
    }

    private static func result(_ task: String, _ state: TaskState, _ data: String?) -> String {
        "Result of task \(task): \(data ?? "None")\nStatus: \(state.rawValue)\n"
    }

    /// What could not be done.
    package enum Failure: Hashable, Sendable {
        /// Of the state of a task.
        case status(id: String)
        /// Of what a task answered.
        case result(id: String)
        /// No id came.
        case start(taskName: String)
        /// The connection ended before the status.
        case completion(taskName: String)

        /// To stderr: the original's words, then what the client saw, in brackets.
        package func line(_ seen: String) -> String {
            "ERROR: \(words) (\(seen))\n"
        }

        private var words: String {
            switch self {
            case .status(let id): "failed to get task status. Task #\(id)"
            case .result(let id): "failed to get task result. Task #\(id)"
            case .start(let taskName): "failed to start task \(taskName)"
            case .completion(let taskName): "failed to complete the task \(taskName)"
            }
        }
    }

    /// For the brackets, where it can't be known what became of a task that was sent.
    package static let perhapsQueued = "it is not known whether the task was queued"

    /// For the brackets, where the task is queued but its end was not seen.
    package static func queued(_ id: TaskID) -> String { "the task is #\(id)" }

    /// What the client saw where a question about a task was not answered.
    package static let closedUnanswered =
        "the daemon closed the connection: no such task, or its result is no longer kept"

    /// A call that makes no sense; no server was asked.
    package enum Misuse: Error, Hashable, Sendable {
        case notAnInteger(String)
        /// An integer, but one that is no task's id.
        case noSuchID(Failure)
        case unknownAction(String)
        case noAction
        case noTaskName

        /// To stderr.
        package var line: String {
            switch self {
            case .notAnInteger(let text): "ERROR: incorrect value of data [\(text)]. Integer type expected.\n"
            case .noSuchID(let failure):
                failure.line("task ids are \(TaskID.range.lowerBound) to \(TaskID.range.upperBound)")
            case .unknownAction(let action): "ERROR: unknown action \(action) (there are run, st and res)\n"
            case .noAction: "ERROR: no action (give --action run, st or res; --help tells more)\n"
            case .noTaskName: "ERROR: no task name (give --task_name, such as revers; --help tells more)\n"
            }
        }

        package var exit: ProgramExit {
            if case .noSuchID = self { .unknownTask } else { .usage }
        }
    }

    /// Reads the id in `--data`.
    ///
    /// - Parameter question: what cannot be answered where there is no such id.
    package static func taskID(_ text: String, for question: Failure) throws(Misuse) -> TaskID {
        guard let id = Int(text).flatMap(TaskID.init(rawValue:)) else {
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            let isInteger =
                !digits.isEmpty && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            throw isInteger ? .noSuchID(question) : .notAnInteger(text)
        }
        return id
    }
}
