/// The number of a task. The first task of an instance is 1, and each further task has the next number.
package struct TaskID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int

    /// The integers that every JSON reader represents exactly: 1 to 2^53 - 1.
    package static let range = 1...((1 << 53) - 1)

    package static let first = TaskID(unchecked: range.lowerBound)
    static let last = TaskID(unchecked: range.upperBound)

    /// - Returns: nil if `rawValue` is outside `range`.
    package init?(rawValue: Int) {
        guard Self.range.contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked rawValue: Int) { self.rawValue = rawValue }

    package var next: TaskID {
        precondition(self < .last)
        return TaskID(unchecked: rawValue + 1)
    }

    /// Nil for the first id.
    package var previous: TaskID? { TaskID(rawValue: rawValue - 1) }

    package static func < (left: TaskID, right: TaskID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
