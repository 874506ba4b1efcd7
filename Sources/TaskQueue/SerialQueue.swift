import DequeModule
package import TaskCore

/// The queue that runs one task at a time, as a state machine: it does nothing itself, reads no clock, and
/// answers what is to be done.
///
///     submit -> waiting -> execute -> success
///        |         |          `-----> error
///        |         |- cancel -------> error
///        |         `- drain --------> error
///        `- an unknown task name ---> error
///
/// Tasks run in the order of their ids. Between two starts there is always a finish. What has ended is kept until `limits`
/// have it forgotten.
///
/// Not to be copied: whoever asks something of it would else be handed all that it holds, counted anew.
package struct SerialQueue: ~Copyable {
    /// How much is taken in and kept.
    package let limits: QueueLimits

    var tasks: TaskTable
    var waitingIndex: WaitingIndex
    /// Who waits for the end of a task; and who for its log to grow, or its end.
    private var waiters = WaiterRegistry()
    var logWaiters = WaiterRegistry()
    /// What the task that runs has written; and what those wrote that have ended.
    var runningLog: TaskLog
    var logs = LogTable()
    let logCapacity: Int
    var keys = KeyRegistry()
    /// Tasks that have ended and are kept, in the order of their ends.
    var finished: Deque<TaskID> = []
    /// What they hold of `counts.heldBytes`.
    var finishedBytes = 0

    /// The task that runs, if one does.
    package var running: TaskID? { current?.id }

    /// What its record says of it too, to be looked at without that.
    private(set) var current: (id: TaskID, type: TaskTypeIndex, since: Timestamp)?

    /// It was cancelled, and is about to end.
    private(set) var runningIsCancelled = false

    /// What has become of the tasks so far.
    package internal(set) var counts = Counts()

    /// Whether `drain` was called.
    package private(set) var isDraining = false

    /// The first task that waits; where none does, the id that comes next.
    private(set) var firstWaiting = TaskID.first

    /// - Parameter typeCount: how many task types there are.
    package init(typeCount: Int, limits: QueueLimits = QueueLimits()) {
        self.init(WaitingIndex(typeCount: typeCount), TaskTable(), limits, logCapacity: TaskLog.standardCapacity)
    }

    init(_ waitingIndex: WaitingIndex, _ tasks: TaskTable, _ limits: QueueLimits, logCapacity: Int) {
        precondition(limits.waiting > 0 && limits.finished > 0)
        self.waitingIndex = waitingIndex
        self.tasks = tasks
        self.limits = limits
        self.logCapacity = logCapacity
        runningLog = TaskLog(capacity: logCapacity)
    }

    /// How many requests wait for a task.
    package var waiterCount: Int { waiters.count + logWaiters.count }

    // MARK: The way of a task

    /// Queues a task, or finds the one that was made with the same key and is still known.
    ///
    /// - Parameter submitter: the connection on which a classic question about its state may wait for its end.
    package mutating func submit(
        _ type: TaskTypeIndex, data: consuming TaskData, key: String? = nil, from submitter: ConnectionID,
        at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, isExisting: Bool) {
        guard let key else { return (try add(type, data, heldBytes: 0, from: submitter, at: now), false) }
        let content = KeyRegistry.Content(type, copy data)
        if let known = keys[key] {
            guard known.content == content else { throw .keyConflict(known.id) }
            return (known.id, true)
        }
        let id = try add(type, data, heldBytes: key.utf8.count, from: submitter, at: now)
        keys.add(key, id, content)
        counts.heldBytes += key.utf8.count
        return (id, false)
    }

    /// - Parameter heldBytes: what is held of it beside the data.
    private mutating func add(
        _ type: TaskTypeIndex, _ data: consuming TaskData, heldBytes: Int, from submitter: ConnectionID,
        at now: Timestamp
    ) throws(Refusal) -> TaskID {
        let size = data.count
        try admit(size + heldBytes)
        counts.heldBytes += size
        let id = append(
            TaskRecord(progress: .waiting(data: consume data), type: type, submitter: submitter, submittedAt: now))
        counts.waiting += 1
        waitingIndex.add(id, type)
        if counts.waiting == 1 { firstWaiting = id }
        return id
    }

    /// Takes in a task that cannot run, ended in error at once.
    package mutating func submitFailed(
        _ failure: TaskFailure, from submitter: ConnectionID, at now: Timestamp
    ) throws(Refusal) -> TaskID {
        if isDraining { throw .draining }
        let progress = TaskRecord.Progress.error(failure, startedAt: nil, finishedAt: now)
        let record = TaskRecord(progress: progress, type: nil, submitter: submitter, submittedAt: now)
        counts.heldBytes += record.heldBytes
        let id = append(record)
        counts.failed += 1
        if counts.waiting == 0 { firstWaiting = tasks.nextID }
        keep(id)
        return id
    }

    /// Makes room for another waiting task.
    private mutating func admit(_ bytes: Int) throws(Refusal) {
        if isDraining { throw .draining }
        if counts.waiting >= limits.waiting { throw .queueFull }
        guard canHold(bytes) else { throw .memoryFull }
        makeRoom(for: bytes)
    }

    private mutating func append(_ record: consuming TaskRecord) -> TaskID {
        counts.submitted += 1
        return tasks.append(consume record)
    }

    /// Starts the task that has waited longest.
    ///
    /// - Returns: nil while a task runs, or where none waits.
    package mutating func startNext(at now: Timestamp) -> Start? {
        guard running == nil, counts.waiting > 0 else { return nil }
        let id = firstWaiting
        guard let record = tasks[id], case .waiting(let data) = record.progress, let type = record.type else {
            preconditionFailure("task \(id) cannot run")
        }
        leaveWaiting(id, type, to: .execute(data: data, since: now))
        current = (id, type, now)
        return Start(id: id, type: type, data: data.string)
    }

    /// Ends the task that runs.
    ///
    /// - Returns: who waited for it, or for its log.
    package mutating func finish(_ outcome: Result<String, TaskFailure>, at now: Timestamp) -> [Waiter] {
        guard let (id, _, startedAt) = current else { preconditionFailure("no task runs") }
        switch outcome {
        case .success(let result):
            change(id, to: .success(result: result, startedAt: startedAt, finishedAt: now))
            counts.succeeded += 1
        case .failure(let failure):
            change(id, to: .error(failure, startedAt: startedAt, finishedAt: now))
            count(failure)
        }
        current = nil
        runningIsCancelled = false
        endLog(of: id)
        keep(id)
        return release(id)
    }

    /// Ends a task that waits, in error. The task must be known.
    package mutating func cancel(_ id: TaskID, at now: Timestamp) -> Cancellation {
        guard let record = tasks[id] else { preconditionFailure("no task \(id)") }
        switch record.state {
        case .waiting:
            endWaiting(id, .cancelledWaiting, at: now)
            return .ended(release(id))
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
        while counts.waiting > 0 { endWaiting(firstWaiting, .dropped, at: now) }
        waitingIndex.removeAll()
        let awaited = Set(waiters.awaitedTasks).union(logWaiters.awaitedTasks).filter { $0 != running }
        return Drained(dropped: dropped, waiters: awaited.sorted().flatMap { release($0) })
    }

    private mutating func endWaiting(_ id: TaskID, _ failure: TaskFailure, at now: Timestamp) {
        guard let type = tasks[id]?.type else { preconditionFailure("task \(id) does not wait") }
        leaveWaiting(id, type, to: .error(failure, startedAt: nil, finishedAt: now))
        count(failure)
        keep(id)
    }

    private mutating func leaveWaiting(_ id: TaskID, _ type: TaskTypeIndex, to progress: TaskRecord.Progress) {
        waitingIndex.remove(id, type)
        change(id, to: progress)
        counts.waiting -= 1
        if id == firstWaiting { findFirstWaiting() }
    }

    private mutating func change(_ id: TaskID, to progress: TaskRecord.Progress) {
        var difference = 0
        tasks.change(id) { record in
            difference -= record.heldBytes
            record.progress = progress
            difference += record.heldBytes
        }
        counts.heldBytes += difference
    }

    private mutating func count(_ failure: TaskFailure) {
        if failure.code == .cancelled { counts.cancelled += 1 } else { counts.failed += 1 }
    }

    /// Looks at the ids of one block at most.
    private mutating func findFirstWaiting() {
        guard let block = waitingIndex.firstBlock else { return firstWaiting = tasks.nextID }
        firstWaiting = max(firstWaiting, waitingIndex.firstID(of: block))
        while tasks[firstWaiting]?.state != .waiting { firstWaiting = firstWaiting.next }
    }

    // MARK: Who waits

    /// Has a request wait for a task that has not ended. It is named by what ends the task, once.
    ///
    /// - Parameter waiter: later than all before it.
    package mutating func addWaiter(_ waiter: Waiter, for id: TaskID) {
        precondition(tasks[id]?.state.isFinal == false, "task \(id) cannot be waited for")
        waiters.add(waiter, for: id)
    }

    /// Forgets that a request waits for a task, where it does.
    package mutating func removeWaiter(_ waiter: Waiter, for id: TaskID) {
        waiters.remove(waiter, for: id)
        logWaiters.remove(waiter, for: id)
    }

    /// Those who wait for the log go first: they are told its last part before others are told the result.
    private mutating func release(_ id: TaskID) -> [Waiter] { logWaiters.release(id) + waiters.release(id) }
}
