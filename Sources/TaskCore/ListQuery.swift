/// Which tasks a list contains. Lists go from the newest task to the oldest.
package struct ListQuery: Hashable, Sendable {
    package static let limitRange = 1...1000

    /// Only tasks in this state; nil for every state.
    package var state: TaskState?

    /// Only tasks with a smaller id; nil to start with the newest.
    package var before: TaskID?

    /// The most tasks in one part of the list, in `limitRange`.
    package var limit: Int

    package init(state: TaskState? = nil, before: TaskID? = nil, limit: Int = 100) {
        precondition(Self.limitRange.contains(limit))
        self.state = state
        self.before = before
        self.limit = limit
    }
}
