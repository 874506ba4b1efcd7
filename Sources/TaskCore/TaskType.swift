/// A kind of task: what it is called, and what is done with its data.
package struct TaskType: Sendable {
    /// What runs a task.
    package enum Work: Sendable {
        /// Waits the delay, which is part of the work, then calls the function on a pool thread. It makes the result from the
        /// data; what it throws ends the task in error.
        case function(delay: Duration, @Sendable (String) throws -> String)
        /// Runs a program.
        case command(Command)
    }

    /// The `task_name` of the wire.
    package let name: String

    /// For people; nil where there is none.
    package let description: String?

    package let work: Work

    /// - Parameter description: for people; nil for none.
    package init(name: String, description: String? = nil, work: Work) {
        self.name = name
        self.description = description
        self.work = work
    }

    package init(name: String, delay: Duration, function: @escaping @Sendable (String) throws -> String) {
        self.init(name: name, work: .function(delay: delay, function))
    }

    /// How long a task waits before its function runs; none where it is a command.
    package var delay: Duration {
        switch work {
        case .function(let delay, _): delay
        case .command: .zero
        }
    }

    /// The program that it runs; nil where it is a function.
    package var command: Command? {
        switch work {
        case .function: nil
        case .command(let command): command
        }
    }

    /// The same with another delay.
    func scaled(by factor: Double) -> TaskType {
        guard case .function(let delay, let function) = work else { return self }
        return TaskType(name: name, description: description, work: .function(delay: delay * factor, function))
    }
}

extension TaskType {
    /// The types that every server has unless it is told otherwise. To add one, add it here.
    package static let builtIn: [TaskType] = [
        TaskType(name: "echo", delay: .zero) { $0 },
        TaskType(name: "revers", delay: .seconds(2), function: reversed),
        TaskType(name: "reverse", delay: .seconds(2), function: reversed),
        TaskType(name: "permutation", delay: .seconds(5), function: swappedPairwise),
        TaskType(name: "too_long_echo", delay: .seconds(20)) { $0 },
    ]
}
