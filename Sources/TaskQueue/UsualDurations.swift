/// How long tasks of each type usually run: what is known beforehand, or the median of the last runs.
package struct UsualDurations: Sendable {
    /// What is known of a type before any task of it has run. Times are in milliseconds.
    package enum Knowledge: Hashable, Sendable {
        /// It always takes so long.
        case fixed(UInt64)
        /// It takes what it takes; nil where nobody expects anything.
        case expected(UInt64?)
    }

    /// How many runs make the median.
    private static let seenRuns = 15

    /// After so many runs what was seen counts more than what was expected.
    private static let convincingRuns = 3

    private let knowledge: [Knowledge]
    /// Of each type, the latest last.
    private var runs: [[UInt64]]

    /// For each type, by its index, in milliseconds; nil where it is not known.
    package private(set) var all: [UInt64?]

    package init(_ knowledge: [Knowledge]) {
        self.knowledge = knowledge
        runs = knowledge.map { _ in [] }
        all = knowledge.map {
            switch $0 {
            case .fixed(let duration): duration
            case .expected(let duration): duration
            }
        }
    }

    /// A task has run, and succeeded.
    ///
    /// - Parameter duration: in milliseconds.
    package mutating func note(_ duration: UInt64, of type: TaskTypeIndex) {
        let type = Int(type.rawValue)
        guard case .expected(let expected) = knowledge[type] else { return }
        if runs[type].count == Self.seenRuns { runs[type].removeFirst() }
        runs[type].append(duration)
        if expected == nil || runs[type].count >= Self.convincingRuns { all[type] = Self.median(of: runs[type]) }
    }

    /// Of an even number the lower one of the two in the middle.
    private static func median(of runs: [UInt64]) -> UInt64 { runs.sorted()[(runs.count - 1) / 2] }
}
