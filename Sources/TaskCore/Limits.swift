/// A limit that an operator sets.
package struct Limit: Hashable, Sendable {
    package enum Unit: Sendable {
        case bytes, count, milliseconds
    }

    /// The name of its option without the dashes. `info`, `stats` and refusals use it on the wire.
    package let name: String
    package let unit: Unit
    /// The values that an operator may choose.
    package let range: ClosedRange<Int>

    private init(_ name: String, _ unit: Unit, in range: ClosedRange<Int>? = nil) {
        self.name = name
        self.unit = unit
        self.range = range ?? (unit == .milliseconds ? TimeText.range : Limits.countRange)
    }

    package static let message = Limit("max-message", .bytes, in: 1...Limits.longestRequest)
    package static let queued = Limit("max-queued", .count)
    package static let memory = Limit("max-memory", .bytes, in: 1...(1 << 50))
    package static let keptResults = Limit("keep-results", .count)
    package static let keptTime = Limit("keep-for", .milliseconds)
    package static let connections = Limit("max-connections", .count)
    package static let unanswered = Limit("max-unanswered", .count, in: Limits.leastUnanswered...1_000_000)
    package static let idleTime = Limit("timeout", .milliseconds)
    package static let writeTime = Limit("write-timeout", .milliseconds)
    package static let drainTime = Limit("drain-timeout", .milliseconds)
}

/// The values of a server's limits, in bytes and milliseconds. The initial values are the defaults; nil means no limit.
package struct Limits: Hashable, Sendable {
    /// The length of a request, from its `{` to its `}`.
    package var message = 1 << 20

    /// The number of waiting tasks.
    package var queued = 100_000

    /// The bytes of data, results, keys and logs that the server holds for tasks.
    package var memory = 256 << 20

    /// The number of finished tasks that the server keeps.
    package var keptResults = 100_000

    /// How long the server keeps a finished task.
    package var keptTime: Int?

    /// The number of open connections.
    package var connections: Int?

    /// The number of waiting requests on one connection. The server does not read further requests from it until one is
    /// answered.
    package var unanswered = Self.leastUnanswered

    /// How long a connection may be idle.
    package var idleTime: Int?

    /// How long a client may leave its replies unread.
    package var writeTime = 30_000

    /// How long a shutdown waits for the running task.
    package var drainTime = 30_000

    package init() {}

    /// Every limit and its value, in the order of `info`.
    package var all: [(limit: Limit, value: Int?)] {
        [
            (.message, message), (.queued, queued), (.memory, memory), (.keptResults, keptResults),
            (.keptTime, keptTime), (.connections, connections), (.unanswered, unanswered), (.idleTime, idleTime),
            (.writeTime, writeTime), (.drainTime, drainTime),
        ]
    }

    // MARK: Fixed limits

    /// The longest line that a server sends and a client accepts, in bytes.
    package static let longestReply = 64 << 20

    /// The longest request that a server can be configured to accept, in bytes. Its data, escaped again in a reply, is at
    /// most three times as long.
    package static let longestRequest = longestReply / 4

    /// The number of waiting requests on one connection that every server accepts.
    package static let leastUnanswered = 1000

    /// The number of requests that a client lets wait on one connection. It is less than `leastUnanswered`, so that the
    /// server still reads the client's other requests, such as those for a position.
    package static let clientWaits = 900

    /// The range of sizes and counts without a range of their own: more than any machine reaches.
    package static let countRange = 1...(1 << 30)
}
