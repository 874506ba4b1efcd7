import TaskCore
import TaskProtocol
import TaskQueue

extension LogRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        _ = try context.server.record(of: task)
        // An offset beyond the end means the present end.
        let end = context.server.queue.log(of: task).readableEnd
        try context.answer(.log(offset: min(offset, end)), about: task, wait: wait)
    }
}

extension LogReply {
    init(_ log: TaskLog, from offset: Int, timedOut: Bool) {
        let part = log.part(from: offset)
        self.init(
            text: part.text, next: part.next, skipped: part.skipped, hasEnded: log.hasEnded,
            timedOut: timedOut && part.text.isEmpty)
    }
}
