import TaskCore
import TaskProtocol
import TaskQueue

/// The connection of a request, and its `seq`.
struct RequestContext {
    let connection: Connection
    let sequence: Int

    var server: TaskServer { connection.server }

    func reply(_ reply: some ReplyMessage) {
        connection.reply { reply.write(to: &$0, sequence: sequence) }
    }

    /// Answers a question about a task: now, or when the wait ends.
    func answer(_ question: Question, about task: TaskID, wait: Wait?) throws(Refusal) {
        var request = WaitingRequest(sequence: sequence, task: task, question: question)
        let record = try server.record(of: task)
        if let wait, !record.state.isFinal, !request.hasAnswer(in: server.queue) {
            if wait.timeout != 0 { return connection.wait(request, timeout: wait.timeout) }
            request.timedOut = true
        }
        request.answer(record, nil, on: connection)
    }
}

extension Request {
    /// Replies, or has the connection wait. Each kind of request has its handler in a file of its own.
    func handle(in context: RequestContext) throws(Refusal) {
        switch self {
        case .run(let request): try request.handle(in: context)
        case .status(let request): try request.handle(in: context)
        case .result(let request): try request.handle(in: context)
        case .cancel(let request): try request.handle(in: context)
        case .log(let request): try request.handle(in: context)
        case .list(let request): try request.handle(in: context)
        case .stats(let request): try request.handle(in: context)
        case .info(let request): try request.handle(in: context)
        }
    }
}

extension WaitingRequest {
    /// Whether there is an answer before the task has ended.
    fileprivate func hasAnswer(in queue: borrowing SerialQueue) -> Bool {
        if case .log(let offset) = question { queue.log(of: task).readableEnd > offset } else { false }
    }

    /// Writes the reply after a wait.
    ///
    /// - Parameter ended: the task, if it is known to have ended.
    /// - Throws: `Refusal` if the task was evicted before a slow client took the reply.
    func answer(_ ended: EndedTask?, on connection: Connection) throws(Refusal) {
        let record = if let ended { ended.record } else { try connection.server.record(of: task) }
        answer(record, ended?.log, on: connection)
    }

    /// - Parameter log: nil for the log that the queue has.
    fileprivate func answer(_ record: TaskRecord, _ log: TaskLog?, on connection: Connection) {
        let server = connection.server
        guard let sequence else {
            return connection.reply { LegacyReply.status(record.state).write(to: &$0) }
        }
        let context = RequestContext(connection: connection, sequence: sequence)
        let timedOut = timedOut && !record.state.isFinal
        switch question {
        case .status:
            context.reply(StatusReply(server.report(on: record, task), timedOut: timedOut))
        case .result:
            context.reply(ResultReply(record, server.catalog, timedOut: timedOut))
            connection.didAnswerResult(of: task)
        case .log(let offset):
            context.reply(LogReply(log ?? server.queue.log(of: task), from: offset, timedOut: timedOut))
        }
    }
}

extension Int {
    /// At most the greatest count of the protocol.
    var onWire: Int { Swift.min(self, countRange.upperBound) }
}
