/// A kind of task: what it is called, how long it takes, what it does.
package struct TaskType: Sendable {
    /// The `task_name` of the wire.
    package let name: String

    /// How long the task waits before its function runs; the delay is part of the work.
    package let delay: Duration

    /// Makes the result from the data. It runs on a pool thread; what it throws ends the task in error.
    package let function: @Sendable (String) throws -> String

    package init(name: String, delay: Duration, function: @escaping @Sendable (String) throws -> String) {
        self.name = name
        self.delay = delay
        self.function = function
    }
}

extension TaskType {
    /// The types that every server has. To add one, add it here.
    package static let builtIn: [TaskType] = [
        TaskType(name: "echo", delay: .zero) { $0 },
        TaskType(name: "revers", delay: .seconds(2), function: reversed),
        TaskType(name: "reverse", delay: .seconds(2), function: reversed),
        TaskType(name: "permutation", delay: .seconds(5), function: swappedPairwise),
        TaskType(name: "too_long_echo", delay: .seconds(20)) { $0 },
    ]
}
