import SimdJSON

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
    /// 0 or 1.
    package var running = 0
    /// How long the oldest waiting task has waited; nil where none waits.
    package var oldestWaiting: Int?
    /// Bytes of data and results that are kept.
    package var heldBytes = 0
    /// Connections now, and since the start.
    package var connections = 0
    package var accepted = 0
    /// Requests that wait for a task's end.
    package var waits = 0
    /// Refused requests since the start, by code: every code of this version.
    package var refused: [Refused] = []
    /// Connections closed since the start because of what their clients sent without a `seq`.
    package var closedForErrors = 0

    /// How many requests were refused with one code.
    package struct Refused: Hashable, Sendable {
        package let code: RequestError.Code
        package let count: Int

        package init(_ code: RequestError.Code, _ count: Int) {
            self.code = code
            self.count = count
        }
    }

    package init() {}

    fileprivate static let fields: [(name: StaticString, path: any WritableKeyPath<ServerStatistics, Int> & Sendable)] =
        [
            ("uptime_ms", \.uptime), ("submitted", \.submitted), ("succeeded", \.succeeded), ("failed", \.failed),
            ("cancelled", \.cancelled), ("waiting", \.waiting), ("running", \.running), ("held_bytes", \.heldBytes),
            ("connections", \.connections), ("accepted", \.accepted), ("waits", \.waits),
            ("closed_for_errors", \.closedForErrors),
        ]

    func write(to bytes: inout [UInt8]) {
        for field in Self.fields { bytes.append(member: "\(field.name)", number: self[keyPath: field.path]) }
        bytes.append(member: "oldest_waiting_ms", number: oldestWaiting)
        bytes.append(member: "refused")
        bytes.append(text: "{")
        for refused in refused { bytes.append(member: refused.code.rawValue, number: refused.count) }
        bytes.append(text: "}")
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
            counted.refused = checked(member.refused, "refused") ?? []
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
    fileprivate var refused: [ServerStatistics.Refused]? {
        var counts: [ServerStatistics.Refused]? = []
        let isObject: Void? = withMembers { members in
            members.forEach { member in
                guard let count = member.count else {
                    counts = nil
                    return false
                }
                counts?.append(ServerStatistics.Refused(RequestError.Code(rawValue: member.name), count))
                return true
            }
        }
        return isObject == nil ? nil : counts
    }
}
