package import TaskCore
package import TaskProtocol

/// The exit codes of uv-task. Of several ids each has its own; the highest wins.
package enum ProgramExit: Int32, Sendable, CaseIterable, Comparable {
    case success = 0
    /// The task ended in error.
    case taskFailed = 1
    /// The task has not ended yet.
    case notFinished = 2
    /// No such task, or its result is no longer kept, or its id is from before a restart.
    case unknownTask = 3
    /// The wait's time-out came before the task's end.
    case timedOut = 4
    /// The server refused the request: a limit, a stop, a conflict of keys, a name that it does not know.
    case refused = 5
    /// No server there, no answer, or the connection was lost.
    case noConnection = 6
    /// A bad number, action or option (`EX_USAGE`).
    case usage = 64
    /// What was to be printed, or put into a file, could not be written (`EX_IOERR`).
    case cannotWrite = 74
    /// The user pressed ^C (128 and the number of the signal).
    case interrupted = 130

    /// Of a refused request: 3 for `unknown_task`, `expired` and `restarted`, else 5.
    ///
    /// A code that this version does not know is a refusal too.
    package init(_ code: RequestError.Code) {
        self =
            switch code {
            case .unknownTask, .expired, .restarted: .unknownTask
            default: .refused
            }
    }

    /// Of a task that was waited for or asked for: 0 for `success`, 1 for `error`, 2 while it has not ended.
    package init(forOutcome state: TaskState) {
        self =
            switch state {
            case .success: .success
            case .error: .taskFailed
            case .waiting, .execute: .notFinished
            }
    }

    package static func < (left: ProgramExit, right: ProgramExit) -> Bool { left.rawValue < right.rawValue }
}
