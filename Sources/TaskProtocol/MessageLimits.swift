import TaskCore

/// How long a message may be, in bytes from its `{` to its `}`, and how many requests may wait on a connection.
package enum MessageLimits {
    /// What the server takes unless told otherwise.
    package static let request = 1 << 20

    /// How many requests of one connection may wait for a task's end: more are not read before one is answered. A server takes
    /// so many at least.
    package static let unansweredRequests = 1000

    /// What the client takes, and the longest line that a server sends.
    package static let reply = 64 << 20

    /// The most that a server can be told to take: escaped again, such data is at most three times as long.
    package static let largestRequest = reply / 4

    /// How many requests a client has waiting for a task's end on one connection. A server reads nothing more from one on
    /// which 1000 wait; what else the client asks, the position of a task say, must not stand behind them.
    package static let waitsOfClient = 900
}
