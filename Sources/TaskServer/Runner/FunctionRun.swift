import Libuv
import TaskCore

/// One call of a task's function on a pool thread.
final class FunctionRun: TaskRun {
    private let flag = CancellationFlag()
    /// Why the delay was cancelled.
    private var failure: TaskFailure?

    /// Waits for the delay and calls the function, both on a pool thread.
    init(
        _ delay: Duration, _ function: @escaping @Sendable (String) throws -> String, data: String, on loop: EventLoop,
        completion: @escaping (Result<String, TaskFailure>) -> Void
    ) {
        Work.queue(on: loop) { [flag] () -> Result<String, TaskFailure>? in
            guard flag.wait(delay) else { return nil }
            do {
                return .success(try function(data))
            } catch {
                // Bounded, because the message is kept and lists show it.
                let message = String(decoding: "\(error)".utf8.prefix(4096), as: UTF8.self)
                return .failure(TaskFailure(.failed, message))
            }
        } completion: { [self] outcome in
            switch (outcome, failure) {
            case (let outcome?, _): completion(outcome)
            case (nil, let failure?): completion(.failure(failure))
            case (nil, nil): preconditionFailure("only interrupt() cancels the delay")
            }
        }
    }

    /// Cancels the delay. If the delay is over, the function runs to its end and its outcome counts.
    func interrupt(_ failure: TaskFailure) {
        self.failure = self.failure ?? failure
        flag.cancel()
    }

    func kill() {}
    var patience: UInt64 { 0 }
    func abandon() {}
}
