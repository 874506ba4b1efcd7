import Libuv
import TaskCatalog

/// Keeps tasks running until the test lets them end, however slow the machine is.
struct Gate {
    private let opening = Interruption()

    /// Lets tasks end from now on.
    func open() { opening.interrupt() }

    /// The built-in types; their tasks end after their delay, and not before the gate is open.
    var types: [TaskType] {
        TaskType.builtIn.compactMap { type in
            guard case .function(let delay, let function) = type.work else { return nil }
            return TaskType(name: type.name, delay: delay) { [opening] data in
                _ = opening.wait(.seconds(60))
                return try function(data)
            }
        }
    }
}
