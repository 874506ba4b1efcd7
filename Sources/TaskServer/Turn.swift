/// What a session has done since it last let others have their turn; counted in bytes of replies, or what takes as long.
struct Turn {
    /// How much a session may do at a time: a millisecond's work at most, unless one request takes longer.
    private static let limit = 262_144

    /// What holding a request costs that waits for a task's end.
    private static let costOfWait = 512

    /// What looking at one record for a list costs beside the reply.
    private static let costOfRecord = 8

    /// A request of a light client costs no more on average.
    private static let lightRequest = 4096

    private var spent = 0
    private var requests = 0

    var isOver: Bool { spent >= Self.limit }

    /// Its requests are known to cost little.
    var isLight: Bool { requests > 0 && spent <= requests * Self.lightRequest }

    mutating func add(requests count: Int) { requests += count }

    mutating func add(replyBytes: Int) { spent += replyBytes }
    mutating func addWait() { spent += Self.costOfWait }
    mutating func add(scannedRecords: Int) { spent += scannedRecords * Self.costOfRecord }
}
