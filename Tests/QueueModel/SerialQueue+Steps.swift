package import TaskCore
package import TaskQueue

/// Planned and applied at once, as in a server without a store.
extension SerialQueue {
    /// - Returns: the new task and the effects; or the task with the same key, and no effects.
    package mutating func submit(
        _ submission: Submission, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects?) {
        switch try planSubmit(submission, at: now) {
        case .existing(let id): (id, nil)
        case .new(let id, let change): (id, apply(change))
        }
    }

    package mutating func reject(
        _ failure: TaskFailure, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects) {
        let change = try planRejected(failure, at: now)
        let effects: Effects = apply(change)
        return (effects.ended[0], effects)
    }

    package mutating func start(at now: Timestamp) -> Effects? { apply(planStart(at: now)) }

    package mutating func finish(_ outcome: Result<String, TaskFailure>, at now: Timestamp) -> Effects {
        apply(planFinish(outcome, at: now))
    }

    package mutating func cancel(_ id: TaskID, at now: Timestamp) -> Effects? { apply(planCancel(id, at: now)) }
    package mutating func drain(at now: Timestamp) -> Effects { apply(.drain(at: now) as Change) }

    package mutating func expire(atMost: Int, at now: Timestamp) -> Effects? {
        apply(planExpiry(atMost: atMost, at: now))
    }

    private mutating func apply(_ change: consuming Change?) -> Effects? {
        guard let change else { return nil }
        return apply(change) as Effects
    }
}

extension TaskID: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self.init(rawValue: value)! }
}

extension Timestamp: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self.init(milliseconds: value) }
}
