package import TaskCore
package import TaskQueue

/// A change of a queue.
package enum QueueStep {
    case submit(Submission)
    case reject(UserID?)
    case start
    case finish(Result<String, TaskFailure>)
    case log([UInt8])
    case cancel(TaskID)
    case expire(atMost: Int)
    case drain

    /// What a queue returns for it.
    package struct Outcome: Equatable {
        fileprivate(set) var id: TaskID?
        fileprivate(set) var effects: Effects?
        fileprivate(set) var refusal: Refusal?
        fileprivate(set) var isReadable: Bool?
    }
}

/// The changes of `SerialQueue` and of its reference.
package protocol SteppedQueue: ~Copyable {
    /// - Returns: the new task and the effects; or the task with the same key, and no effects.
    mutating func submit(
        _ submission: Submission, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects?)

    /// Adds a task of an unknown type, which ends at once.
    mutating func reject(
        _ failure: TaskFailure, submitter: UserID?, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects)

    /// - Returns: nil if a task runs or none waits.
    mutating func start(at now: Timestamp) -> Effects?
    mutating func finish(_ outcome: Result<String, TaskFailure>, at now: Timestamp) -> Effects

    /// - Returns: whether there is more to read.
    mutating func appendLog(_ bytes: [UInt8]) -> Bool

    /// - Returns: nil if the task has ended.
    mutating func cancel(_ id: TaskID, at now: Timestamp) -> Effects?

    /// - Returns: nil if no task has reached the age limit.
    mutating func expire(atMost: Int, at now: Timestamp) -> Effects?
    mutating func drain(at now: Timestamp) -> Effects
}

extension SteppedQueue where Self: ~Copyable {
    package mutating func take(_ step: QueueStep, at now: Timestamp) -> QueueStep.Outcome {
        var outcome = QueueStep.Outcome()
        do throws(Refusal) {
            switch step {
            case .submit(let submission): (outcome.id, outcome.effects) = try submit(submission, at: now)
            case .reject(let user):
                let failure = TaskFailure(.unknownTaskName, "")
                (outcome.id, outcome.effects) = try reject(failure, submitter: user, at: now)
            case .start: outcome.effects = start(at: now)
            case .finish(let result): outcome.effects = finish(result, at: now)
            case .log(let bytes): outcome.isReadable = appendLog(bytes)
            case .cancel(let id): outcome.effects = cancel(id, at: now)
            case .expire(let atMost): outcome.effects = expire(atMost: atMost, at: now)
            case .drain: outcome.effects = drain(at: now)
            }
        } catch {
            outcome.refusal = error
        }
        return outcome
    }
}
