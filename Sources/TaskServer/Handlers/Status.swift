import TaskCore
import TaskProtocol
import TaskQueue

extension StatusRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        try context.answer(.status, about: task, wait: wait)
    }
}

extension TaskServer {
    /// Everything that is known about a task, except its id.
    func report(on record: TaskRecord, _ id: TaskID) -> TaskReport {
        var report = TaskReport(state: record.state)
        report.taskName = record.type.map { catalog.types[Int($0.rawValue)].name }
        if !record.state.isFinal, let place = scheduler.place(of: id) {
            report.position = place.position
            report.remainingTime = place.remainingTime?.onWire
        }
        report.submittedAt = record.submittedAt.milliseconds
        report.submitter = record.submitter
        report.startedAt = record.times.startedAt?.milliseconds
        report.finishedAt = record.times.finishedAt?.milliseconds
        report.failure = record.failure
        return report
    }
}
