import TaskCore

/// The logs of tasks that have ended and are kept; one that is empty is not in here.
struct LogTable {
    /// Many small dictionaries: a large one that grows moves all that it holds, and everybody waits meanwhile.
    private static let shardCount = 64
    private var logs = [[TaskID: TaskLog]](repeating: [:], count: shardCount)

    /// How many there are.
    var count: Int { logs.reduce(0) { $0 + $1.count } }

    subscript(id: TaskID) -> TaskLog? { logs[Self.shard(of: id)][id] }

    mutating func add(_ log: TaskLog, of id: TaskID) {
        if log.count > 0 { logs[Self.shard(of: id)][id] = log }
    }

    mutating func remove(_ id: TaskID) { logs[Self.shard(of: id)][id] = nil }

    private static func shard(of id: TaskID) -> Int { id.rawValue % shardCount }
}
