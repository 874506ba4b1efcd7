import Libuv

/// What a session has to do at a time. Most sessions have none of these.
final class SessionTimers {
    var idle: IdleWatch?
    /// Runs while the client has time to end the connection.
    var linger: Timer?
    /// Where the client does not take its replies.
    var write: WriteWatch?
}
