/// The number of a task. The first task of an instance is 1, and each further task has the next number.
package struct TaskID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int

    /// The integers that every JSON reader represents exactly: 1 to 2^53 - 1.
    // Inlinable, because each look-up of a task uses it.
    @inlinable package static var range: ClosedRange<Int> { 1...((1 << 53) - 1) }

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

    // Declared, because other modules call the synthesized one through the conformance.
    package static func == (left: TaskID, right: TaskID) -> Bool { left.rawValue == right.rawValue }
    package static func < (left: TaskID, right: TaskID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
