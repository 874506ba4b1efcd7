package import TaskCore

/// A task that is to be added to the queue.
package struct Submission: Sendable {
    package let type: TaskTypeIndex
    package let data: TaskData

    /// A second submission with the same key, type and data finds the task of the first.
    package let key: String?

    /// The legacy connection whose `status` may wait for the task's end; `.none` if there is none.
    package let connection: ConnectionID

    /// nil if unknown.
    package let submitter: UserID?

    package init(
        type: TaskTypeIndex, data: consuming TaskData, key: String? = nil, connection: ConnectionID = .none,
        submitter: UserID? = nil
    ) {
        self.type = type
        self.data = data
        self.key = key
        self.connection = connection
        self.submitter = submitter
    }
}

package enum SubmitPlan: ~Copyable, Sendable {
    /// The key belongs to this task. Nothing is to be changed.
    case existing(TaskID)
    /// The task gets this id when the change is applied.
    case new(TaskID, Change)
}

/// A planned change of the queue: what a store has to write.
///
/// A change is valid until another change is applied. `evicted` names the tasks that are evicted to make room, in the order
/// in which they ended.
///
/// Noncopyable, because it is applied once.
package enum Change: ~Copyable, Sendable {
    case submit(TaskID, Submission, at: Timestamp, evicted: [TaskID])
    /// Adds a task that has already failed.
    case reject(TaskID, TaskFailure, submitter: UserID?, at: Timestamp, evicted: [TaskID])
    case start(TaskID, at: Timestamp)
    case finish(TaskID, Result<String, TaskFailure>, at: Timestamp, evicted: [TaskID])
    /// Ends a waiting task as cancelled.
    case cancel(TaskID, at: Timestamp, evicted: [TaskID])
    /// Asks for the end of the running task. It still runs until its finish.
    case interrupt(TaskID)
    /// Ends all waiting tasks and refuses further ones; the running task continues. It is always possible, so there is no
    /// plan for it. From then on, nothing is evicted: clients may still ask for results.
    case drain(at: Timestamp)
    /// Evicts tasks that have reached `Limits.keptTime`.
    case expire([TaskID])
}
