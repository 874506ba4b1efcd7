/// A kind of task: its name, and what turns its data into a result.
package struct TaskType: Sendable {
    package enum Work: Sendable {
        /// Waits for the delay, then calls the function on a thread of the pool. The delay is part of the running time. An error
        /// that the function throws is the failure of the task.
        case function(delay: Duration, @Sendable (String) throws -> String)
        /// Runs a program.
        case command(Command)
    }

    /// The `task_name` of the protocol.
    package let name: String

    package let description: String?

    package let work: Work

    package init(name: String, description: String? = nil, work: Work) {
        self.name = name
        self.description = description
        self.work = work
    }

    package init(name: String, delay: Duration, function: @escaping @Sendable (String) throws -> String) {
        self.init(name: name, work: .function(delay: delay, function))
    }

    /// Zero for a command.
    package var delay: Duration { if case .function(let delay, _) = work { delay } else { .zero } }

    /// Nil for a function.
    package var command: Command? { if case .command(let command) = work { command } else { nil } }

    /// The same type with the delay of its function multiplied.
    func scaled(by factor: Double) -> TaskType {
        guard case .function(let delay, let function) = work else { return self }
        return TaskType(name: name, description: description, work: .function(delay: delay * factor, function))
    }
}
