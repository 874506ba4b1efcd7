package import TaskCore

/// What the owner of the queue has to do after a change.
package struct Effects: Hashable, Sendable {
    /// The task that is to run now.
    package struct Start: Hashable, Sendable {
        package let id: TaskID
        package let type: TaskTypeIndex
        package let data: TaskData
        /// nil if unknown.
        package let submitter: UserID?

        package init(id: TaskID, type: TaskTypeIndex, data: TaskData, submitter: UserID? = nil) {
            self.id = id
            self.type = type
            self.data = data
            self.submitter = submitter
        }
    }

    package var started: Start?

    /// The tasks that ended, in order. Requests that wait for them are to be answered.
    package var ended: [TaskID] = []

    /// Whether the running task is to be interrupted, because it was cancelled.
    package var interrupt = false

    package var evicted: [TaskID] = []

    package init() {}
}
