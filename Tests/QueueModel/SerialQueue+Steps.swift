package import TaskCore
package import TaskQueue

/// Planned and applied at once, as in a server without a store.
extension SerialQueue: SteppedQueue {
    package mutating func submit(
        _ submission: Submission, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects?) {
        switch try planSubmit(submission, at: now) {
        case .existing(let id): (id, nil)
        case .new(let id, let change): (id, apply(change))
        }
    }

    package mutating func reject(
        _ failure: TaskFailure, submitter: UserID?, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects) {
        let effects: Effects = apply(try planRejected(failure, submitter: submitter, at: now))
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

extension Limits {
    /// Limits of a queue; what is not given is unlimited.
    package init(queued: Int = .max, memory: Int = .max, keptResults: Int = .max, keptTime: Int? = nil) {
        self.init()
        self.queued = queued
        self.memory = memory
        self.keptResults = keptResults
        self.keptTime = keptTime
    }
}

extension TaskID: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self.init(rawValue: value)! }
}

extension Timestamp: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int) { self.init(milliseconds: value) }
}
