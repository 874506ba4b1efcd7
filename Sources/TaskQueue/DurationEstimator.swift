/// Estimates how long tasks of each type run, in milliseconds: a known duration, or the median of the last runs.
package struct DurationEstimator: Sendable {
    /// What is known about a type before any of its tasks has run.
    package enum Basis: Hashable, Sendable {
        /// Each run takes this long.
        case fixed(Int)
        /// Runs vary. The operator's expectation, nil if there is none.
        case expected(Int?)
    }

    /// The median is taken of this many runs.
    private static let sampleSize = 15

    /// From this many runs on, the median replaces the operator's expectation.
    private static let sufficientRuns = 3

    private let bases: [Basis]

    /// The last runs of each type, oldest first.
    private var runs: [[Int]]

    /// The estimate for each type; nil if it is not known.
    private(set) var durations: [Int?]

    init(_ bases: [Basis]) {
        self.bases = bases
        runs = bases.map { _ in [] }
        durations = bases.map { basis in
            switch basis {
            case .fixed(let duration): duration
            case .expected(let duration): duration
            }
        }
    }

    /// Takes a successful run into account.
    mutating func note(_ duration: Int, of type: TaskTypeIndex) {
        let type = Int(type.rawValue)
        guard case .expected(let expected) = bases[type] else { return }
        if runs[type].count == Self.sampleSize { runs[type].removeFirst() }
        runs[type].append(duration)
        guard expected == nil || runs[type].count >= Self.sufficientRuns else { return }
        durations[type] = runs[type].sorted()[(runs[type].count - 1) / 2]
    }
}
