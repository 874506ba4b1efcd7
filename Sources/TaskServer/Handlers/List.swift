import TaskCore
import TaskProtocol
import TaskQueue

extension ListRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        let server = context.server
        let page = server.queue.list(query)
        context.connection.spend(scannedRecords: page.scanned)
        let tasks = page.ids.compactMap { id in
            server.queue[id].map { record in
                var report = server.report(on: record, id)
                report.id = id
                return report
            }
        }
        context.reply(ListReply(tasks: tasks, next: page.next))
    }
}
