package import TaskCore

/// What the queue answers.
extension SerialQueue {
    /// A task that is to run now.
    package struct Start: Hashable, Sendable {
        package let id: TaskID
        package let type: TaskTypeIndex
        package let data: String
    }

    /// What a drain did.
    package struct Drained: Hashable, Sendable {
        /// How many waiting tasks will not run any more.
        package let dropped: Int
        /// Who waited for one of them.
        package let waiters: [Waiter]
    }

    /// Why a submit was refused.
    package enum Refusal: Error, Hashable, Sendable {
        /// The queue takes no more tasks.
        case draining
        /// This task was made with the same key, of another type or of other data.
        case keyConflict(TaskID)
        /// As many tasks wait as may.
        case queueFull
        /// The data can't be held beside that of the tasks that have not ended.
        case memoryFull
    }

    /// What a cancel did.
    package enum Cancellation: Hashable, Sendable {
        /// The task waited, and has ended; these waited for it.
        case ended([Waiter])
        /// The task runs: whoever runs it is to interrupt it.
        case isRunning
        /// The task had ended before.
        case hadEnded
    }

    /// What has become of the tasks so far.
    package struct Counts: Hashable, Sendable {
        package internal(set) var submitted = 0
        package internal(set) var succeeded = 0
        /// The cancelled ones left out.
        package internal(set) var failed = 0
        package internal(set) var cancelled = 0
        package internal(set) var waiting = 0

        /// Ended, and still known; and those that are not.
        package internal(set) var kept = 0
        package internal(set) var forgotten = 0

        /// Bytes of data, results, keys and logs that are held; the log of the running task left out.
        package internal(set) var heldBytes = 0
    }
}
