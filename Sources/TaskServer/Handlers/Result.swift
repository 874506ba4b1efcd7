import TaskCore
import TaskProtocol
import TaskQueue

extension ResultRequest: HandledRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        try context.answer(.result, about: task, wait: wait)
    }
}

extension ResultReply {
    init(_ record: TaskRecord, encoding: DataEncoding, timedOut: Bool) {
        self.init(
            record.state, data: record.result, encoding: record.result == nil ? .text : encoding,
            failure: record.failure, timedOut: timedOut)
    }
}

extension TaskServer {
    /// The encoding of a task's result.
    func encoding(of record: TaskRecord) -> DataEncoding {
        record.type.flatMap { catalog.types[Int($0.rawValue)].command?.result } ?? .text
    }
}
