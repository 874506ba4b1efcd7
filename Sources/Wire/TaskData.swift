import SimdJSON

/// What a task is to work on, kept as it came in: there may be millions of tasks that wait.
package struct TaskData: Hashable, Sendable {
    let text: JSONText

    init(_ text: JSONText) { self.text = text }

    package init(_ text: String) { self.text = JSONText(copying: text) }

    /// How many bytes it has.
    package var count: Int { text.count }

    /// The data as what works on it takes it.
    package var string: String { text.string }
}

extension TaskData: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(text) }
}
