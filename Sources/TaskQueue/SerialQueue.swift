package import Wire

/// The queue that runs one task at a time, as a state machine: it does nothing itself, reads no clock, and
/// answers what is to be done.
///
///     submit -> waiting -> execute -> success
///        |         |          `-----> error
///        |         |- cancel -------> error
///        |         `- drain --------> error
///        `- an unknown task name ---> error
///
/// Tasks run in the order of their ids. Between two starts there is always a finish.
package struct SerialQueue {
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

        /// Bytes of data and results that are kept.
        package internal(set) var heldBytes = 0
    }

    var tasks = TaskTable()
    var waitingIndex: WaitingIndex
    private var waiters = WaiterRegistry()
    private var keys = KeyRegistry()

    /// The task that runs, if one does.
    package private(set) var running: TaskID?

    /// It was cancelled, and is about to end.
    private(set) var runningIsCancelled = false

    /// What has become of the tasks so far.
    package private(set) var counts = Counts()

    /// Whether `drain` was called.
    package private(set) var isDraining = false

    /// The first task that waits; where none does, the id that comes next.
    private(set) var firstWaiting = TaskID.first

    /// - Parameter typeCount: how many task types there are.
    package init(typeCount: Int) {
        self.init(WaitingIndex(typeCount: typeCount))
    }

    init(_ waitingIndex: WaitingIndex) { self.waitingIndex = waitingIndex }

    /// How many requests wait for the end of a task.
    package var waiterCount: Int { waiters.count }

    // MARK: The way of a task

    /// Queues a task, or finds the one that was made with the same key.
    ///
    /// - Parameter submitter: the connection on which a classic question about its state may wait for its end.
    package mutating func submit(
        _ type: TaskTypeIndex, data: String, key: String? = nil, from submitter: ConnectionID, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, isExisting: Bool) {
        let content = key.map { _ in KeyRegistry.Content(type, data) }
        if let key, let known = keys[key] {
            guard known.content == content else { throw .keyConflict(known.id) }
            return (known.id, true)
        }
        let id = try append(
            TaskRecord(progress: .waiting(data: data), type: type, submitter: submitter, submittedAt: now))
        counts.waiting += 1
        waitingIndex.add(id, type, firstWaiting: firstWaiting)
        if let key, let content { keys[key] = (id, content) }
        return (id, false)
    }

    /// Takes in a task that cannot run, ended in error at once.
    package mutating func submitFailed(
        _ failure: TaskFailure, from submitter: ConnectionID, at now: Timestamp
    ) throws(Refusal) -> TaskID {
        let progress = TaskRecord.Progress.error(failure, startedAt: nil, finishedAt: now)
        let id = try append(TaskRecord(progress: progress, type: nil, submitter: submitter, submittedAt: now))
        counts.failed += 1
        findFirstWaiting()
        return id
    }

    private mutating func append(_ record: TaskRecord) throws(Refusal) -> TaskID {
        if isDraining { throw .draining }
        counts.submitted += 1
        counts.heldBytes += record.heldBytes
        return tasks.append(record)
    }

    /// Starts the task that has waited longest.
    ///
    /// - Returns: nil while a task runs, or where none waits.
    package mutating func startNext(at now: Timestamp) -> Start? {
        guard running == nil, counts.waiting > 0 else { return nil }
        let id = firstWaiting
        guard case .waiting(let data) = tasks[id].progress, let type = tasks[id].type else {
            preconditionFailure("task \(id) cannot run")
        }
        leaveWaiting(id, to: .execute(data: data, since: now))
        running = id
        return Start(id: id, type: type, data: data)
    }

    /// Ends the task that runs.
    ///
    /// - Returns: who waited for it.
    package mutating func finish(_ outcome: Result<String, TaskFailure>, at now: Timestamp) -> [Waiter] {
        guard let id = running, case .execute(_, let startedAt) = tasks[id].progress else {
            preconditionFailure("no task runs")
        }
        switch outcome {
        case .success(let result):
            change(id, to: .success(result: result, startedAt: startedAt, finishedAt: now))
            counts.succeeded += 1
        case .failure(let failure):
            change(id, to: .error(failure, startedAt: startedAt, finishedAt: now))
            count(failure)
        }
        running = nil
        runningIsCancelled = false
        return waiters.release(id)
    }

    /// Ends a task that waits, in error.
    package mutating func cancel(_ id: TaskID, at now: Timestamp) -> Cancellation {
        precondition(tasks.contains(id), "no task \(id)")
        switch tasks[id].state {
        case .waiting:
            leaveWaiting(id, to: .error(.cancelledWaiting, startedAt: nil, finishedAt: now))
            count(.cancelledWaiting)
            return .ended(waiters.release(id))
        case .execute:
            runningIsCancelled = true
            return .isRunning
        case .success, .error: return .hadEnded
        }
    }

    /// Ends every waiting task in error, for good: from here on submits are refused. The running task goes on.
    package mutating func drain(at now: Timestamp) -> Drained {
        isDraining = true
        let dropped = counts.waiting
        while counts.waiting > 0 {
            leaveWaiting(firstWaiting, to: .error(.dropped, startedAt: nil, finishedAt: now))
            count(.dropped)
        }
        waitingIndex.removeAll()
        let released = waiters.awaitedTasks.filter { $0 != running }.flatMap { waiters.release($0) }
        return Drained(dropped: dropped, waiters: released)
    }

    private mutating func leaveWaiting(_ id: TaskID, to progress: TaskRecord.Progress) {
        if let type = tasks[id].type { waitingIndex.remove(id, type) }
        change(id, to: progress)
        counts.waiting -= 1
        findFirstWaiting()
    }

    private mutating func change(_ id: TaskID, to progress: TaskRecord.Progress) {
        counts.heldBytes -= tasks[id].heldBytes
        tasks[id].progress = progress
        counts.heldBytes += tasks[id].heldBytes
    }

    private mutating func count(_ failure: TaskFailure) {
        if failure.code == .cancelled { counts.cancelled += 1 } else { counts.failed += 1 }
    }

    /// Each id is passed once.
    private mutating func findFirstWaiting() {
        while firstWaiting < tasks.nextID, tasks[firstWaiting].state != .waiting { firstWaiting = firstWaiting.next }
    }

    // MARK: Who waits

    /// Has a request wait for a task that has not ended. It is named by what ends the task, once.
    package mutating func addWaiter(_ waiter: Waiter, for id: TaskID) {
        precondition(tasks.contains(id) && !tasks[id].state.isFinal, "task \(id) cannot be waited for")
        waiters.add(waiter, for: id)
    }

    /// Forgets that a request waits, where it does.
    package mutating func removeWaiter(_ waiter: Waiter) {
        waiters.remove(waiter)
    }
}
