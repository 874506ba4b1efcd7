import JSON
import TaskCore

/// What a server counts; times in milliseconds.
package struct ServerStatistics: Hashable, Sendable {
    /// Since its start.
    package var uptime = 0
    /// Tasks taken in since the start; the five that follow are its parts.
    package var submitted = 0
    package var succeeded = 0
    /// Ended in error, the cancelled ones left out.
    package var failed = 0
    package var cancelled = 0
    package var waiting = 0
    /// Ended, and still known; and those that were forgotten.
    package var kept = 0
    package var forgotten = 0
    /// 0 or 1.
    package var running = 0
    /// How long the oldest waiting task has waited; nil where none waits.
    package var oldestWaiting: Int?
    /// Bytes of data, results and keys that are held.
    package var heldBytes = 0
    /// Bytes that are held for connections: unfinished messages, requests not read yet, waits, replies not taken yet.
    package var connectionBytes = 0
    /// Connections now, and since the start.
    package var connections = 0
    package var accepted = 0
    /// Requests that wait for a task's end.
    package var waits = 0
    /// Refused requests since the start, those without a `seq` too, by code: every code of this version.
    package var refused: [Count] = []
    /// Connections closed since the start because of what their clients sent without a `seq`.
    package var closedForErrors = 0
    /// Connections closed since the start by a limit, by its option's name without the dashes.
    package var closedForLimits: [Count] = []

    /// How many of a kind.
    package struct Count: Hashable, Sendable {
        package let name: String
        package let count: Int

        package init(_ name: String, _ count: Int) {
            self.name = name
            self.count = count
        }
    }

    package init() {}

    fileprivate static let fields: [(name: StaticString, path: any WritableKeyPath<ServerStatistics, Int> & Sendable)] =
        [
            ("uptime_ms", \.uptime), ("submitted", \.submitted), ("succeeded", \.succeeded), ("failed", \.failed),
            ("cancelled", \.cancelled), ("waiting", \.waiting), ("running", \.running), ("kept", \.kept),
            ("forgotten", \.forgotten), ("held_bytes", \.heldBytes), ("connection_bytes", \.connectionBytes),
            ("connections", \.connections), ("accepted", \.accepted), ("waits", \.waits),
            ("closed_for_errors", \.closedForErrors),
        ]

    func write(to bytes: inout [UInt8]) {
        for field in Self.fields { bytes.append(member: field.name, number: self[keyPath: field.path]) }
        bytes.append(member: "oldest_waiting_ms", number: oldestWaiting)
        let groups: [(StaticString, [Count])] = [("closed_for_limits", closedForLimits), ("refused", refused)]
        for (name, counts) in groups {
            bytes.append(member: name)
            bytes.append("{")
            for count in counts {
                bytes.append(escapedMember: count.name)
                bytes.append(number: count.count)
            }
            bytes.append("}")
        }
    }
}

/// The members of the statistics as they come in; what a server does not tell is 0.
struct ServerStatisticsFields {
    private var counted = ServerStatistics()
    private var problem: BrokenMessage?

    mutating func take(_ member: borrowing JSONMember) {
        for field in ServerStatistics.fields where member.isNamed(field.name) {
            counted[keyPath: field.path] = checked(member.count, "\(field.name)") ?? 0
        }
        if member.isNamed("oldest_waiting_ms") {
            counted.oldestWaiting = checked(member.count, "oldest_waiting_ms")
        } else if member.isNamed("refused") {
            counted.refused = checked(member.counts, "refused") ?? []
        } else if member.isNamed("closed_for_limits") {
            counted.closedForLimits = checked(member.counts, "closed_for_limits") ?? []
        }
    }

    private mutating func checked<Value>(_ value: Value?, _ name: String) -> Value? {
        if value == nil { problem = problem ?? .wrongValue(name) }
        return value
    }

    func statistics() throws(BrokenMessage) -> ServerStatistics {
        if let problem { throw problem }
        return counted
    }
}

extension JSONMember {
    /// The value, where it is an object of counts.
    fileprivate var counts: [ServerStatistics.Count]? {
        var counts: [ServerStatistics.Count]? = []
        let isObject: Void? = withMembers { members in
            members.forEach { member in
                guard let count = member.count else {
                    counts = nil
                    return false
                }
                counts?.append(ServerStatistics.Count(member.name, count))
                return true
            }
        }
        return isObject == nil ? nil : counts
    }
}
