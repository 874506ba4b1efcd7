package import TaskCore

/// What the commands of tasks write to their standard error. The log of the running task is kept with it until that is
/// forgotten; a task that has no command has an empty one.
extension SerialQueue {
    /// The task that runs has written something.
    ///
    /// - Returns: who waited for it: all of them, since whoever waits has read what there was before. Nobody where it is less
    ///   than a character.
    package mutating func appendLog(_ bytes: [UInt8]) -> [Waiter] {
        guard let running else { preconditionFailure("no task runs") }
        let end = runningLog.readableEnd
        runningLog.append(bytes)
        return runningLog.readableEnd > end ? logWaiters.release(running) : []
    }

    /// The log of a task, which must be known.
    package func log(of id: TaskID) -> TaskLog {
        if id == running { return runningLog }
        if let log = logs[id] { return log }
        var log = TaskLog()
        if tasks[id]?.state.isFinal == true { log.end() }
        return log
    }

    /// Has a request wait until a task that has not ended writes to its log, or ends. It is named by what does that, once.
    ///
    /// - Parameter waiter: later than all before it; it has read the log to its `readableEnd`.
    package mutating func addLogWaiter(_ waiter: Waiter, for id: TaskID) {
        precondition(tasks[id]?.state.isFinal == false, "task \(id) cannot be waited for")
        logWaiters.add(waiter, for: id)
    }

    /// The task that ran has ended.
    mutating func endLog(of id: TaskID) {
        var log = exchange(&runningLog, with: TaskLog(capacity: logCapacity))
        log.end()
        counts.heldBytes += log.count
        logs.add(log, of: id)
    }
}
