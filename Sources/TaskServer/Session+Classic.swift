import TaskCore
import TaskProtocol
import TaskQueue

/// What each classic request does. One that is refused ends the session.
extension Session {
    func answer(_ request: consuming ClassicRequest) {
        switch consume request {
        case .run(let taskName, let data): run(taskName, data)
        case .status(let task): status(task)
        case .result(let task): result(task)
        }
    }

    private func run(_ taskName: String, _ data: consuming TaskData) {
        let type = server.catalog.index(of: taskName)
        do throws(DataRefusal) {
            if let type { try server.catalog.check(data, for: type) }
        } catch {
            return end(.badData(error))
        }
        do throws(SerialQueue.Refusal) {
            let task =
                if let type {
                    try server.submit(type, data, key: nil, submitter: id, from: id).id
                } else {
                    try server.submitUnknown(from: id)
                }
            reply(.submitted(task))
        } catch {
            end(.refused(error))
        }
    }

    /// Held until the task has ended, on the connection that submitted it.
    private func status(_ task: TaskID) {
        guard let record = record(of: task) else { return }
        if record.submitter == id, !record.state.isFinal {
            hold(for: task)
        } else {
            reply(.status(record.state))
        }
    }

    /// One that is not there ends the session.
    private func record(of task: TaskID) -> TaskRecord? {
        if let record = server.queue[task] { return record }
        end(server.queue.isForgotten(task) ? .forgottenTask(task) : .unknownTask(task))
        return nil
    }

    private func result(_ task: TaskID) {
        guard let record = record(of: task) else { return }
        reply(.result(record.state, record.result))
        if rare?.resultOwed == task { rare?.resultOwed = nil }
    }
}
