import TaskCore
import TaskProtocol
import TaskQueue

extension ResultRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        try context.answer(.result, about: task, wait: wait)
    }
}

extension ResultReply {
    init(_ record: TaskRecord, _ catalog: TaskCatalog, timedOut: Bool) {
        let encoding = record.type.flatMap { catalog.types[Int($0.rawValue)].command?.result } ?? .text
        self.init(
            record.state, data: record.result, encoding: record.result == nil ? .text : encoding,
            failure: record.failure, timedOut: timedOut)
    }
}
