/// The number of a task. Ids begin at 1 and grow by one with each submit.
package struct TaskID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int

    /// What every JSON reader can tell apart: 1 to 2^53 - 1.
    package static let range = 1...((1 << 53) - 1)

    package static let first = TaskID(unchecked: range.lowerBound)

    /// - Returns: nil outside `range`.
    package init?(rawValue: Int) {
        guard Self.range.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: Int) { self.rawValue = rawValue }

    /// The id after this one.
    package var next: TaskID {
        precondition(rawValue < Self.range.upperBound)
        return TaskID(unchecked: rawValue + 1)
    }

    /// The id before this one; nil for the first.
    package var previous: TaskID? { TaskID(rawValue: rawValue - 1) }

    package static func < (left: TaskID, right: TaskID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
