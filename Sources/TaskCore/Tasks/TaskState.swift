/// The state of a task. The raw values are those of the protocol, which promises that no other state will be added.
package enum TaskState: String, Hashable, Sendable, CaseIterable {
    case waiting
    case execute
    case success
    case error

    package var isFinal: Bool { self == .success || self == .error }

    /// `rawValue` as a constant, which replies write without making a `String`.
    package var word: StaticString {
        switch self {
        case .waiting: "waiting"
        case .execute: "execute"
        case .success: "success"
        case .error: "error"
        }
    }
}
