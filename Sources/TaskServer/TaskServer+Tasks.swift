import Libuv
import Logging
import TaskCore
import TaskProtocol
import TaskQueue

/// The way of a task through the server: into the queue, onto the pool, and its end to those who wait.
extension TaskServer {
    var now: Timestamp { Timestamp(milliseconds: loop.now) }

    /// Takes in a task of an unknown type from a classic request; it ends at once.
    func submitUnknown(from connection: ConnectionID) throws(SerialQueue.Refusal) -> TaskID {
        let failure = TaskFailure(.unknownTaskName, "no task type has that name")
        let id = try queue.submitFailed(failure, from: connection, at: now)
        scheduleExpiry()
        if logsEvents { logger.debug("task \(id) from connection \(connection): no such type") }
        return id
    }

    /// Queues a task, and starts it if none runs; or finds the one that was made with the same key.
    ///
    /// - Parameter submitter: the connection on which a classic `status` may be held for its end; or `none`.
    func submit(
        _ type: Int, _ data: consuming TaskData, key: String?, submitter: ConnectionID, from connection: ConnectionID
    ) throws(SerialQueue.Refusal) -> (id: TaskID, isExisting: Bool) {
        let length = logsEvents ? data.count : 0
        let submitted = try queue.submit(
            TaskTypeIndex(rawValue: UInt16(type)), data: data, key: key, from: submitter, at: now)
        if logsEvents {
            let again = submitted.isExisting ? ", again" : ""
            logger.debug(
                "task \(submitted.id) from connection \(connection): \(catalog.types[type].name), \(length) bytes\(again)"
            )
        }
        startNextTask()
        return submitted
    }

    private func startNextTask() {
        guard !runner.isBusy, let start = queue.startNext(at: now) else { return }
        if logsEvents { logger.debug("task \(start.id) started") }
        runner.start(catalog.types[Int(start.type.rawValue)], for: start.id, data: start.data) { [self] in
            taskDidEnd(start.id, $0)
        }
    }

    /// The command of the running task has written to its standard error. Whoever waits for that is told in the loop's next
    /// round, of all that has come until then.
    func taskDidWriteLog(_ bytes: [UInt8]) {
        // Where the task was abandoned, nobody is left to be told.
        if queue.running != nil { tellLater(queue.appendLog(bytes), .logGrew) }
    }

    private func taskDidEnd(_ id: TaskID, _ outcome: Result<String, TaskFailure>) {
        let waiters = queue.finish(outcome, at: now)
        let ended = endedTask(id)
        if let record = ended?.record { noteDuration(of: record) }
        if logsEvents { logger.debug("task \(id) ended: \(outcome.logDescription)") }
        startNextTask()
        scheduleExpiry()
        tell(waiters, .taskEnded(ended))
        if case .draining = stopPhase { leave() }
    }

    /// What a task took that succeeded tells how long others of its type will take; one that failed may have stopped anywhere.
    private func noteDuration(of record: TaskRecord) {
        guard record.state == .success, let type = record.type, let start = record.startedAt,
            let end = record.finishedAt
        else { return }
        durations.note(end.milliseconds - start.milliseconds, of: type)
    }

    /// Ends a task before its time.
    ///
    /// - Returns: whether it has ended; if not, it runs and was interrupted, and will end soon unless its function goes on.
    func cancel(_ id: TaskID) -> Bool {
        switch queue.cancel(id, at: now) {
        case .ended(let waiters):
            if logsEvents { logger.debug("task \(id) cancelled before it started") }
            tellLater(waiters, .taskEnded(endedTask(id)))
            scheduleExpiry()
            return true
        case .isRunning:
            runner.interrupt(.cancelledRunning)
            return false
        case .hadEnded: return true
        }
    }

    // MARK: Forgetting

    /// How many tasks are forgotten in one round of the loop.
    private static let forgottenPerRound = 1000

    /// Sees to it that finished tasks are forgotten when they have reached their age.
    private func scheduleExpiry() {
        guard !expiryTimer.isRunning, let expiry = queue.nextExpiry else { return }
        // Where more are to be forgotten, in another round of the loop.
        let delay = expiry > now ? expiry.milliseconds - now.milliseconds : 1
        expiryTimer.start(after: delay) { [unowned self] in
            queue.forgetExpired(atMost: Self.forgottenPerRound, at: now)
            scheduleExpiry()
        }
    }
}

extension Result<String, TaskFailure> {
    fileprivate var logDescription: String {
        switch self {
        case .success(let result): "success, \(result.utf8.count) bytes"
        case .failure(let failure): "error, \(failure.code.rawValue)"
        }
    }
}
