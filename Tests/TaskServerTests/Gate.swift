import Libuv
import Synchronization
import TaskCore

/// Keeps tasks running until the test opens it, however slow the machine is. Closed at first.
final class Gate: Sendable {
    private let state = Mutex((opening: CancellationFlag(), isOpen: false))

    /// Lets tasks end.
    func open() {
        state.withLock {
            $0.opening.cancel()
            $0.isOpen = true
        }
    }

    /// Holds the tasks that start from now on.
    func close() {
        state.withLock { if $0.isOpen { $0 = (CancellationFlag(), false) } }
    }

    /// A type whose tasks end after their delay, and not while the gate is closed.
    ///
    /// - Parameter type: a type with a function.
    func holding(_ type: TaskType) -> TaskType {
        guard case .function(let delay, let function) = type.work else {
            preconditionFailure("\(type.name) is a command")
        }
        return TaskType(name: type.name, delay: delay) { [self] data in
            _ = state.withLock(\.opening).wait(.seconds(60))
            return try function(data)
        }
    }

    /// The built-in types, all held.
    var types: [TaskType] { TaskType.builtIn.map(holding) }
}
