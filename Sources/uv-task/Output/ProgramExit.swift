import TaskCore

/// The exit codes of uv-task. For several tasks, the highest code counts.
enum ProgramExit: Int32, CaseIterable, Comparable {
    case success = 0
    case taskFailed = 1
    case notFinished = 2
    case unknownTask = 3
    case timedOut = 4
    case refused = 5
    case noConnection = 6
    /// `EX_USAGE`
    case usage = 64
    /// `EX_IOERR`
    case cannotWrite = 74
    /// 128 and the number of SIGINT.
    case interrupted = 130

    /// The explanation in the help.
    var meaning: String {
        switch self {
        case .success: "success"
        case .taskFailed: "a task ended in error, or ended before it could be cancelled"
        case .notFinished: "a task has not ended"
        case .unknownTask: "no such task, its result is no longer kept, or a restart lost it"
        case .timedOut: "the wait timed out"
        case .refused: "the server refused the request, or its socket may not be used"
        case .noConnection: "no server, no answer, or the connection was lost"
        case .usage: "wrong usage"
        case .cannotWrite: "stdout or a file could not be written"
        case .interrupted: "interrupted"
        }
    }

    init(_ code: Refusal.Code) {
        self =
            switch code {
            case .unknownTask, .expired, .restarted: .unknownTask
            default: .refused
            }
    }

    init(forOutcome state: TaskState) {
        self =
            switch state {
            case .success: .success
            case .error: .taskFailed
            case .waiting, .execute: .notFinished
            }
    }

    static func < (left: ProgramExit, right: ProgramExit) -> Bool { left.rawValue < right.rawValue }
}
