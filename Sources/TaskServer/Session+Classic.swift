import TaskQueue
import Wire

/// What each classic request does. One that is refused ends the session.
extension Session {
    func answer(_ request: ClassicRequest) {
        switch request {
        case .run(let taskName, let data): run(taskName, data)
        case .status(let task): status(task)
        case .result(let task): result(task)
        }
    }

    private func run(_ taskName: String, _ data: String) {
        do throws(SerialQueue.Refusal) {
            reply(.submitted(try server.submit(taskName, data, from: id)))
        } catch {
            end(.refused(error))
        }
    }

    /// Held until the task has ended, on the connection that submitted it.
    private func status(_ task: TaskID) {
        guard let record = server.queue[task] else { return end(.unknownTask(task)) }
        if record.submitter == id, !record.state.isFinal {
            hold(for: task)
        } else {
            reply(.status(record.state))
        }
    }

    private func result(_ task: TaskID) {
        guard let record = server.queue[task] else { return end(.unknownTask(task)) }
        reply(.result(record.state, record.result))
        if resultOwed == task { resultOwed = nil }
    }
}
