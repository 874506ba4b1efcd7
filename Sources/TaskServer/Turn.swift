/// What a session has done since it last let others have their turn; counted in bytes of replies, or what takes as long.
struct Turn {
    /// How much a session may do at a time: a millisecond's work at most, unless one request takes longer.
    private static let limit: UInt32 = 262_144

    /// What holding a request costs that waits for a task's end.
    private static let costOfWait = 512

    /// What looking at one record for a list costs beside the reply.
    private static let costOfRecord = 8

    /// A request of a light client costs no more on average.
    private static let lightRequest: UInt64 = 4096

    // Every session has a turn: it is kept small.
    private var spent: UInt32 = 0
    private var requests: UInt32 = 0

    var isOver: Bool { spent >= Self.limit }

    /// Its requests are known to cost little.
    var isLight: Bool { requests > 0 && UInt64(spent) <= UInt64(requests) * Self.lightRequest }

    mutating func add(requests count: Int) { requests += UInt32(count) }

    mutating func add(replyBytes: Int) { add(replyBytes) }
    mutating func addWait() { add(Self.costOfWait) }
    mutating func add(scannedRecords: Int) { add(scannedRecords * Self.costOfRecord) }

    private mutating func add(_ cost: Int) { spent = UInt32(clamping: Int(spent) + cost) }
}
