import TaskCore

extension TaskType {
    /// What makes the result of a type that is no command.
    var function: (String) throws -> String {
        guard case .function(_, let function) = work else { preconditionFailure("\(name) is a command") }
        return function
    }
}
