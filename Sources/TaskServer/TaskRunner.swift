import Libuv
import TaskCatalog
import TaskQueue
import Wire

/// Runs tasks on libuv's thread pool, one at a time: there is never more than one `uv_work_t` in flight.
final class TaskRunner {
    private let loop: EventLoop

    /// Stops the delay of the work in flight; nil while there is none.
    private var interruption: Interruption?

    /// As what the task ends whose delay was stopped.
    private var cause: TaskFailure?

    private var isAbandoned = false

    init(on loop: EventLoop) { self.loop = loop }

    /// Has a pool thread wait the type's delay and call its function.
    ///
    /// - Parameter completion: called once, on the loop's thread. The next task may be started from there.
    func start(
        _ type: TaskType, data: String, completion: @escaping (Result<String, TaskFailure>) -> Void
    ) {
        precondition(interruption == nil, "a task runs already")
        guard case .function(let delay, let function) = type.work else { preconditionFailure("not built yet") }
        let interruption = Interruption()
        self.interruption = interruption
        Work.queue(
            on: loop, { perform(delay, function, data, interruption) },
            completion: { [self] outcome in
                let cause = exchange(&self.cause, with: nil)
                self.interruption = nil
                if !isAbandoned { completion(outcome ?? .failure(cause ?? .cutOff)) }
            })
    }

    /// No completion is called any more, and nothing may be started.
    func abandon() { isAbandoned = true }

    /// Ends the delay of the task that runs, if one does: the task fails with `failure`, or with that of the first such
    /// call. A task that is past its delay runs to its end.
    func interrupt(_ failure: TaskFailure) {
        guard let interruption else { return }
        cause = cause ?? failure
        interruption.interrupt()
    }
}

/// - Returns: nil where it was interrupted.
@Sendable private func perform(
    _ delay: Duration, _ function: (String) throws -> String, _ data: String, _ interruption: Interruption
) -> Result<String, TaskFailure>? {
    guard interruption.wait(delay) else { return nil }
    do {
        return .success(try function(data))
    } catch {
        // No more than a reader takes in: it is kept, and told in lists.
        let message = String(decoding: "\(error)".utf8.prefix(4096), as: UTF8.self)
        return .failure(TaskFailure(.failed, message))
    }
}
