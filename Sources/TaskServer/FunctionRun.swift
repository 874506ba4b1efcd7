import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// One call of a task's function, on libuv's thread pool.
final class FunctionRun: TaskRun {
    private let interruption = Interruption()
    /// As what the task ends whose delay was stopped.
    private var cause: TaskFailure?

    /// Has a pool thread wait the delay and call the function.
    init(
        _ delay: Duration, _ function: @escaping @Sendable (String) throws -> String, data: String, on loop: EventLoop,
        completion: @escaping (Result<String, TaskFailure>) -> Void
    ) {
        let interruption = interruption
        Work.queue(on: loop) {
            perform(delay, function, data, interruption)
        } completion: { [self] outcome in
            completion(outcome ?? .failure(cause ?? .cutOff))
        }
    }

    /// Ends the delay. Where that is over, the function runs to its end, which counts.
    func interrupt(_ failure: TaskFailure) {
        cause = cause ?? failure
        interruption.interrupt()
    }

    func kill() {}
    var patience: UInt64 { 0 }
    func abandon() {}
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
