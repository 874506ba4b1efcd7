import TaskCore
import TaskProtocol

extension CancelRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        _ = try context.server.record(of: task)
        context.server.scheduler.cancel(task)
        try context.answer(.status, about: task, wait: wait)
    }
}
