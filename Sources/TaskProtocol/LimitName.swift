import TaskCore

/// The limits of a server, by the names of the options that set them, without their dashes: so refusals, `info` and `stats`
/// name them.
package enum LimitName {
    /// Of a message, in bytes.
    package static let message = "max-message"
    /// Of the tasks that wait.
    package static let queued = "max-queued"
    /// Of what is held for tasks, and again for connections, in bytes.
    package static let memory = "max-memory"
    /// Of the finished tasks that are kept.
    package static let keptResults = "keep-results"
    /// Of the time for which they are, in milliseconds.
    package static let keptTime = "keep-for"
    package static let connections = "max-connections"
    /// Of one connection's requests that wait for a task's end.
    package static let unanswered = "max-unanswered"
    /// Of the time for which a connection may be idle, in milliseconds.
    package static let idleTime = "timeout"
    /// Of the time for which a client may take nothing of its replies, in milliseconds.
    package static let writeTime = "write-timeout"
    /// Of the time for which a stop waits for the task that runs, in milliseconds.
    package static let drainTime = "drain-timeout"
}
