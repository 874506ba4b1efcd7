/// Where a task is on its way. The raw values are those on the wire; there will never be a fifth.
package enum TaskState: String, Hashable, Sendable, CaseIterable {
    case waiting
    case execute
    case success
    case error

    /// Whether the task has ended, one way or the other.
    package var isFinal: Bool { self == .success || self == .error }
}

extension TaskState {
    /// `rawValue` as a constant, which is written without a look at a string.
    package var word: StaticString {
        switch self {
        case .waiting: "waiting"
        case .execute: "execute"
        case .success: "success"
        case .error: "error"
        }
    }
}
