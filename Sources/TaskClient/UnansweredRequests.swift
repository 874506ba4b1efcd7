import TaskCore
import TaskProtocol

/// The requests that have no reply yet, by their `seq`.
struct UnansweredRequests {
    struct Entry {
        let request: Request
        /// The life of the server for which the caller means it.
        let instance: InstanceID?
        /// When the answer must be there, in milliseconds of the loop's clock; nil for no such time.
        let end: UInt64?
        let onAnswer: (TaskClient.Answer) -> Void
        var wasSent = false
        var wasSentAgain = false

        var isSubmit: Bool { if case .run = request { true } else { false } }
    }

    private var entries: [Int: Entry] = [:]

    var hasSentSubmit: Bool { entries.values.contains { $0.isSubmit && $0.wasSent } }

    /// Whether one may have been carried out on a connection before this one.
    var hasSubmitSentAgain: Bool { entries.values.contains { $0.isSubmit && $0.wasSentAgain } }

    /// In the order in which they were made.
    var sequences: [Int] { entries.keys.sorted() }

    /// Its `seq`.
    var oldestSentSubmit: Int? { entries.filter { $0.value.isSubmit && $0.value.wasSent }.keys.min() }

    subscript(sequence: Int) -> Entry? {
        get { entries[sequence] }
        set { entries[sequence] = newValue }
    }

    mutating func remove(_ sequence: Int) -> Entry? { entries.removeValue(forKey: sequence) }

    mutating func removeAll() { entries = [:] }

    /// That whose answer must be there first.
    var mostUrgent: Entry? { entries.values.min { ($0.end ?? .max) < ($1.end ?? .max) } }

    /// When the first answer to a submit must be there.
    var submitEnd: UInt64? { entries.values.filter(\.isSubmit).compactMap(\.end).min() }
}

extension Request {
    /// How long the server may wait before it answers, in milliseconds; nil for any time.
    var waitTime: UInt64? {
        switch self {
        case .status(_, let wait?), .result(_, let wait?), .log(_, _, let wait?): wait.timeout.map(UInt64.init)
        // It is answered once the task has ended; how long a command may take to end is the server's to say.
        case .cancel: nil
        default: 0
        }
    }
}

extension BrokenMessage {
    /// Of a reply whose `seq` belongs to no request that is unanswered, or that is neither numbered nor a refusal.
    static let answerToNothing = BrokenMessage.unfit("an answer to nothing that was asked")
}
