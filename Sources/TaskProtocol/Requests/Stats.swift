package import JSON

/// Asks for the server's counters.
package struct StatsRequest: RequestMessage {
    package static let type = RequestType.stats

    package init() {}
    package init(_ fields: inout Fields) {}
    package func write(to message: inout JSONWriter) {}

    package typealias Reply = StatsReply
}

/// The server's counters. Events are counted from the start of the server; times are in milliseconds.
package struct StatsReply: ReplyMessage {
    /// The time since the start.
    package var uptime = 0
    /// The tasks accepted.
    package var submitted = 0
    package var succeeded = 0
    /// The tasks that ended in error, except for cancelled ones.
    package var failed = 0
    package var cancelled = 0
    package var waiting = 0
    /// 0 or 1.
    package var running = 0
    /// The ended tasks that are still known.
    package var kept = 0
    /// The ended tasks that are no longer known.
    package var evicted = 0
    /// The bytes of data, results, keys and logs.
    package var heldBytes = 0
    /// The bytes that connections hold: unfinished messages, unread requests, waits and unsent replies.
    package var connectionBytes = 0
    /// The open connections.
    package var connections = 0
    /// The connections accepted.
    package var accepted = 0
    /// The requests that wait for a task.
    package var waits = 0
    /// The connections closed because of an error in what the client sent without a `seq`.
    package var closedForErrors = 0
    /// The age of the oldest waiting task; nil if none waits.
    package var oldestWaiting: Int?
    /// The connections closed by a limit, by the limit's name.
    package var closedForLimits: [NamedCount] = []
    /// The refused requests, with a `seq` and without, by code.
    package var refused: [NamedCount] = []

    package init() {}

    private static let counters: [(member: Member<Int>, path: any WritableKeyPath<StatsReply, Int> & Sendable)] = [
        (.count("uptime_ms"), \.uptime), (.count("submitted"), \.submitted), (.count("succeeded"), \.succeeded),
        (.count("failed"), \.failed), (.count("cancelled"), \.cancelled), (.count("waiting"), \.waiting),
        (.count("running"), \.running), (.count("kept"), \.kept), (.count("forgotten"), \.evicted),
        (.count("held_bytes"), \.heldBytes), (.count("connection_bytes"), \.connectionBytes),
        (.count("connections"), \.connections), (.count("accepted"), \.accepted), (.count("waits"), \.waits),
        (.count("closed_for_errors"), \.closedForErrors),
    ]
    private static let oldestWaiting = Member<Int>.count("oldest_waiting_ms")
    private static let closedForLimits = Member<[NamedCount]>("closed_for_limits", "an object of counts", counts)
    private static let refused = Member<[NamedCount]>("refused", "an object of counts", counts)

    /// A counter that an older or newer server does not have is 0.
    package init(_ fields: inout Fields) throws(ProtocolError) {
        for (member, path) in Self.counters { self[keyPath: path] = try fields.optional(member) ?? 0 }
        oldestWaiting = try fields.optional(Self.oldestWaiting)
        closedForLimits = try fields.optional(Self.closedForLimits) ?? []
        refused = try fields.optional(Self.refused) ?? []
    }

    package func write(to message: inout JSONWriter) {
        for (member, path) in Self.counters { message.append(member, self[keyPath: path]) }
        message.append(Self.oldestWaiting, oldestWaiting)
        for (member, counts) in [(Self.closedForLimits, closedForLimits), (Self.refused, refused)] {
            message.name(member.name)
            message.object { object in
                for count in counts {
                    object.name(escaping: count.name)
                    object.integer(count.count)
                }
            }
        }
    }

    @Sendable private static func counts(_ value: borrowing JSONValue, _: ClosedRange<Int>) -> [NamedCount]? {
        value.object { object in
            let counts = object.map { name, value in
                value.integer.flatMap { countRange.contains($0) ? NamedCount(name, $0) : nil }
            }
            return counts.contains(nil) ? nil : counts.compactMap(\.self)
        }
    }
}

/// A counter whose name is not known in advance.
package struct NamedCount: Hashable, Sendable {
    package let name: String
    package let count: Int

    package init(_ name: String, _ count: Int) {
        self.name = name
        self.count = count
    }
}
