import Libuv
import TaskCore
import TaskProtocol

/// What most sessions do without, most of the time: what came in and waits, how they end, and what they do at a time.
final class SessionRareState {
    /// Whether nothing of it is to be looked at when a read is done.
    var isAtRest: Bool { endReason == nil && backlog?.isEmpty != false && write == nil && linger == nil }

    /// Why the session ends once the requests that wait are answered; nothing is read any more.
    var endReason: ClosingReason?
    /// The task whose end was told to a `status` that waited, while the server stops: the client may still ask for its
    /// result.
    var resultOwed: TaskID?
    /// What came in while the session paused.
    var backlog: Backlog?
    /// Where the daemon closes connections that are idle.
    var idle: IdleWatch?
    /// Runs while the client has time to end the connection.
    var linger: Timer?
    /// Where the client does not take its replies.
    var write: WriteWatch?
}
