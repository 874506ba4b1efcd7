package import Wire

/// The queue that runs one task at a time, as a state machine: it does nothing itself, reads no clock, and
/// answers what is to be done.
///
///     submit -> waiting -> execute -> success
///        |         |          `-----> error
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
        package let waiters: [ConnectionID]
    }

    /// Why a submit was refused.
    package enum Refusal: Error, Hashable, Sendable {
        /// The queue takes no more tasks.
        case draining
    }

    private var tasks = TaskTable()
    private var waiters = WaiterRegistry()

    /// The task that runs, if one does.
    package private(set) var running: TaskID?

    /// How many tasks wait.
    package private(set) var waitingCount = 0

    /// Whether `drain` was called.
    package private(set) var isDraining = false

    /// No task with a smaller id waits.
    private var firstCandidate = TaskID.first

    package init() {}

    /// Queues a task.
    ///
    /// - Parameter submitter: the connection that it comes from, which may wait for it.
    package mutating func submit(
        _ type: TaskTypeIndex, data: String, from submitter: ConnectionID, at now: Timestamp
    ) throws(Refusal) -> TaskID {
        try checkOpen()
        waitingCount += 1
        return tasks.append(
            TaskRecord(progress: .waiting(data: data), type: type, submitter: submitter, submittedAt: now))
    }

    /// Takes in a task that cannot run, ended in error at once.
    package mutating func submitFailed(
        _ failure: TaskFailure, from submitter: ConnectionID, at now: Timestamp
    ) throws(Refusal) -> TaskID {
        try checkOpen()
        let progress = TaskRecord.Progress.error(failure, startedAt: nil, finishedAt: now)
        return tasks.append(
            TaskRecord(progress: progress, type: nil, submitter: submitter, submittedAt: now))
    }

    private func checkOpen() throws(Refusal) {
        if isDraining { throw .draining }
    }

    /// Starts the task that has waited longest.
    ///
    /// - Returns: nil while a task runs, or where none waits.
    package mutating func startNext(at now: Timestamp) -> Start? {
        guard running == nil, waitingCount > 0 else { return nil }
        var id = firstCandidate
        while tasks[id].state != .waiting { id = id.next }
        guard case .waiting(let data) = tasks[id].progress, let type = tasks[id].type else {
            preconditionFailure("task \(id) cannot run")
        }
        tasks[id].progress = .execute(data: data, since: now)
        firstCandidate = id.next
        waitingCount -= 1
        running = id
        return Start(id: id, type: type, data: data)
    }

    /// Ends the task that runs.
    ///
    /// - Returns: who waited for it.
    package mutating func finish(
        _ outcome: Result<String, TaskFailure>, at now: Timestamp
    ) -> [ConnectionID] {
        guard let id = running, case .execute(_, let startedAt) = tasks[id].progress else {
            preconditionFailure("no task runs")
        }
        tasks[id].progress =
            switch outcome {
            case .success(let result): .success(result: result, startedAt: startedAt, finishedAt: now)
            case .failure(let failure): .error(failure, startedAt: startedAt, finishedAt: now)
            }
        running = nil
        return waiters.release(id)
    }

    /// What is known of a task; nil where no task has that id.
    package subscript(id: TaskID) -> TaskRecord? { tasks.contains(id) ? tasks[id] : nil }

    /// Has a connection wait for a task that has not ended. It is named by what ends the task, once.
    package mutating func addWaiter(_ connection: ConnectionID, for id: TaskID) {
        precondition(tasks.contains(id) && !tasks[id].state.isFinal, "task \(id) cannot be waited for")
        waiters.add(connection, waitingFor: id)
    }

    /// Forgets that a connection waits, where it does.
    package mutating func removeWaiter(_ connection: ConnectionID) {
        waiters.remove(connection)
    }

    /// Ends every waiting task in error, for good: from here on submits are refused. The running task goes on.
    package mutating func drain(at now: Timestamp) -> Drained {
        isDraining = true
        let dropped = waitingCount
        var id = firstCandidate
        while waitingCount > 0 {
            if tasks[id].state == .waiting {
                tasks[id].progress = .error(.dropped, startedAt: nil, finishedAt: now)
                waitingCount -= 1
            }
            id = id.next
        }
        firstCandidate = tasks.nextID
        let released = waiters.awaitedTasks.filter { $0 != running }.flatMap { waiters.release($0) }
        return Drained(dropped: dropped, waiters: released)
    }
}
