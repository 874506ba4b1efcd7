/// The exit codes of uv-task.
package enum ProgramExit: Int32, Sendable {
    case success = 0
    /// The task ended in error.
    case taskFailed = 1
    /// The task has not ended yet.
    case notFinished = 2
    /// No such task, or its result is no longer kept.
    case unknownTask = 3
    /// No server there, no answer, or the connection was lost.
    case noConnection = 6
    /// A bad number, action or option (`EX_USAGE`).
    case usage = 64
    /// What was to be printed could not be written (`EX_IOERR`).
    case cannotWrite = 74
}
