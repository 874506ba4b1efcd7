/// How much a queue takes in and keeps. Waiting and running tasks are never dropped for it: what comes is refused.
package struct QueueLimits: Hashable, Sendable {
    /// How many tasks may wait, the running one not counted; at least 1.
    package var waiting = Int.max

    /// How many bytes of data, results, keys and logs may be held. Finished tasks make room for what comes in; a result
    /// that is longer than its data, or a log, may pass it until the task is forgotten.
    package var heldBytes = Int.max

    /// How many finished tasks are kept; at least 1.
    package var finished = Int.max

    /// How long a finished task is kept, in milliseconds; nil for as long as the others let it.
    package var age: UInt64?

    /// Without limits.
    package init() {}

    package init(waiting: Int, heldBytes: Int, finished: Int, age: UInt64?) {
        self.waiting = waiting
        self.heldBytes = heldBytes
        self.finished = finished
        self.age = age
    }
}
