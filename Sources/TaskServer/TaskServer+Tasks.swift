import Libuv
import Logging
import TaskCatalog
import TaskQueue
import Wire

/// The way of a task through the server: into the queue, onto the pool, and its end to those who wait.
extension TaskServer {
    var now: Timestamp { Timestamp(milliseconds: loop.now) }

    /// Queues a task, and starts it if none runs.
    func submit(
        _ name: String, _ data: String, from connection: ConnectionID
    ) throws(SerialQueue.Refusal) -> TaskID {
        guard let index = catalog.index(of: name) else {
            let failure = TaskFailure(.unknownTaskName, "no task type has that name")
            let id = try queue.submitFailed(failure, from: connection, at: now)
            if logsEvents { logger.debug("task \(id) from connection \(connection): no such type") }
            return id
        }
        let type = TaskTypeIndex(rawValue: UInt16(index))
        let id = try queue.submit(type, data: data, from: connection, at: now)
        if logsEvents {
            logger.debug("task \(id) from connection \(connection): \(name), \(data.utf8.count) bytes")
        }
        startNextTask()
        return id
    }

    private func startNextTask() {
        guard let start = queue.startNext(at: now) else { return }
        if logsEvents { logger.debug("task \(start.id) started") }
        runner.start(catalog.types[Int(start.type.rawValue)], data: start.data) { [self] in
            taskDidEnd(start.id, $0)
        }
    }

    private func taskDidEnd(_ id: TaskID, _ outcome: Result<String, TaskFailure>) {
        let waiters = queue.finish(outcome, at: now)
        if logsEvents { logger.debug("task \(id) ended: \(outcome.logDescription)") }
        startNextTask()
        tellWaiters(waiters, of: id)
        if case .draining = stopPhase { leave() }
    }

    func tellWaiters(_ waiters: [ConnectionID], of id: TaskID) {
        guard let state = queue[id]?.state else { return }
        for waiter in waiters { sessions[waiter]?.heldTaskDidEnd(in: state) }
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
