/// The work that a connection may cause before others are served, in bytes of replies. Other work counts as the bytes that
/// take about as long.
struct ReadBudget {
    /// A single request may exceed it.
    private static let limit: UInt32 = 262_144

    /// The cost of a request that waits for a task.
    private static let costOfWait = 512

    /// The cost of a record that a list examines, beside the cost of its reply.
    private static let costOfRecord = 8

    /// The highest average cost of a request for the connection to count as light.
    private static let lightRequest: UInt64 = 4096

    private var spent: UInt32 = 0
    private var requests: UInt32 = 0

    var isSpent: Bool { spent >= Self.limit }

    /// Whether the requests so far were cheap.
    var isLight: Bool { requests > 0 && UInt64(spent) <= UInt64(requests) * Self.lightRequest }

    mutating func addRequest() { requests &+= 1 }
    mutating func add(replyBytes: Int) { add(replyBytes) }
    mutating func addWait() { add(Self.costOfWait) }
    mutating func add(scannedRecords: Int) { add(scannedRecords * Self.costOfRecord) }

    private mutating func add(_ cost: Int) { spent = UInt32(clamping: Int(spent) + cost) }
}
