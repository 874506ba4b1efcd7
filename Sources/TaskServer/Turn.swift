/// What a session has done since it last let others have their turn; counted in bytes of replies, the best measure of
/// the time that its requests took.
struct Turn {
    /// How much a session may do at a time: some tenths of a millisecond's work.
    private static let limit = 262_144

    /// What looking at one record for a list costs beside the reply.
    private static let costOfRecord = 8

    private var spent = 0

    var isOver: Bool { spent >= Self.limit }

    mutating func add(replyBytes: Int) { spent += replyBytes }
    mutating func add(scannedRecords: Int) { spent += scannedRecords * Self.costOfRecord }
}
