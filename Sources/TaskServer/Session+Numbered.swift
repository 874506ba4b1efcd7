import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// What each request with a `seq` does. Every one is answered.
extension Session {
    func answer(_ numbered: consuming NumberedRequest) {
        usesNumbers = true
        let sequence = numbered.sequence
        if let instance = numbered.instance, instance != server.instance {
            return refuse(.restarted(now: server.instance), sequence)
        }
        do throws(RequestError) {
            try answer(numbered.request, sequence)
        } catch {
            refuse(error, sequence)
        }
    }

    func refuse(_ error: RequestError, _ sequence: Int?) {
        server.refusals.count(error.code)
        reply(.refused(error), sequence)
    }

    private func answer(_ request: consuming Request, _ sequence: Int) throws(RequestError) {
        switch consume request {
        case .run(let taskName, let data, let key):
            reply(.submitted(try submit(taskName, data, key)), sequence)
        case .status(let task, let wait): try ask(.status, of: task, wait, sequence)
        case .result(let task, let wait): try ask(.result, of: task, wait, sequence)
        case .cancel(let task):
            _ = try record(of: task)
            let hasEnded = server.cancel(task)
            try ask(.status, of: task, hasEnded ? nil : Request.Wait(), sequence)
        case .log(let task, let offset, let wait):
            // Beyond the end is at the end, as that is now: what comes is told.
            let offset = min(offset, server.queue.log(of: task).readableEnd)
            try ask(.log(offset), of: task, wait, sequence)
        case .list(let query): reply(.list(page(query)), sequence)
        case .stats: reply(.stats(server.statistics), sequence)
        case .info: reply(.info(server.information), sequence)
        }
    }

    private func submit(
        _ taskName: String, _ data: consuming TaskData, _ key: String?
    ) throws(RequestError) -> Reply.Submission {
        guard let type = server.catalog.index(of: taskName) else {
            let names = server.catalog.types.map(\.name)
            throw .unknownTaskName(
                taskName, names: names, nearest: nearestName(to: taskName, among: names))
        }
        do throws(DataRefusal) { try server.catalog.check(data, for: type) } catch { throw .badData(error) }
        let size = data.count + (key?.utf8.count ?? 0)
        let id: TaskID
        let isExisting: Bool
        do throws(SerialQueue.Refusal) {
            (id, isExisting) = try server.submit(type, data, key: key, submitter: .none, from: self.id)
        } catch {
            let canEverFit = size <= server.queue.limits.heldBytes
            throw RequestError(error, server.queue.limits, retryAfter: canEverFit ? server.timeToNextStart : nil)
        }
        let task: TaskReport
        if let placed = server.placeReport(on: id) {
            task = placed
        } else {
            task = TaskReport(id: id, state: try record(of: id).state)
        }
        return Reply.Submission(task: task, instance: server.instance, isExisting: isExisting)
    }

    private func record(of task: TaskID) throws(RequestError) -> TaskRecord {
        if let record = server.queue[task] { return record }
        throw server.queue.isForgotten(task) ? .expired(task) : .unknownTask(task)
    }

    private func page(_ query: ListQuery) -> Reply.TaskPage {
        let page = server.queue.list(query)
        turn.add(scannedRecords: page.scanned)
        let tasks = page.ids.compactMap { id in
            server.queue[id].map { record in
                var report = server.report(on: record, id)
                report.id = id
                return report
            }
        }
        return Reply.TaskPage(tasks: tasks, next: page.next)
    }

    // MARK: Questions about a task, at once or at its end

    private func ask(
        _ question: SessionWaits.Question, of task: TaskID, _ wait: Request.Wait?, _ sequence: Int
    ) throws(RequestError) {
        let record = try record(of: task)
        let mayWait = !record.state.isFinal && !server.hasMore(of: task, for: question)
        guard let wait, mayWait, wait.timeout != 0 else {
            let timedOut = wait?.timeout == 0 && mayWait
            return answer(
                SessionWaits.Wait(sequence: sequence, task: task, question: question, timedOut: timedOut), record)
        }
        let waiter = server.newWaiter(of: self)
        if question.asksLog {
            server.queue.addLogWaiter(waiter, for: task)
        } else {
            server.queue.addWaiter(waiter, for: task)
        }
        do throws(UVError) {
            try makeWaits().add(
                SessionWaits.Wait(sequence: sequence, task: task, question: question), waiter.number,
                timeout: wait.timeout, on: stream.loop
            ) { [unowned self] in
                server.queue.removeWaiter(waiter, for: task)
                server.tellLater([waiter], .timedOut)
            }
            turn.addWait()
        } catch {
            server.queue.removeWaiter(waiter, for: task)
            close(.failed(error))
        }
    }

    /// Answers a question about a task.
    ///
    /// - Parameter known: how it has ended; nil for as it stands.
    func answer(_ wait: SessionWaits.Wait, _ known: EndedTask? = nil) {
        // After a time-out it may end and be forgotten before a slow client takes the answer.
        guard let record = known?.record ?? server.queue[wait.task] else {
            return refuse(.expired(wait.task), wait.sequence)
        }
        answer(wait, record, known?.log)
    }

    private func answer(_ wait: SessionWaits.Wait, _ record: TaskRecord, _ log: TaskLog? = nil) {
        let timedOut = wait.timedOut && !record.state.isFinal
        switch wait.question {
        case .status:
            reply(.status(server.report(on: record, wait.task), timedOut: timedOut), wait.sequence)
        case .result:
            var result = Reply.TaskResult(
                record.state, data: record.result, failure: record.failure, timedOut: timedOut)
            if result.data != nil, let type = record.type {
                result.encoding = server.catalog.types[Int(type.rawValue)].command?.result ?? .text
            }
            reply(.result(result), wait.sequence)
            if rare?.resultOwed == wait.task { rare?.resultOwed = nil }
        case .log(let offset):
            let log = log ?? server.queue.log(of: wait.task)
            reply(.log(Reply.LogPart(log, from: offset, timedOut: timedOut)), wait.sequence)
        }
    }
}

extension TaskServer {
    /// Whether there is an answer to a question about a task that has not ended.
    fileprivate func hasMore(of task: TaskID, for question: SessionWaits.Question) -> Bool {
        if case .log(let offset) = question { queue.log(of: task).readableEnd > offset } else { false }
    }
}

extension Reply.LogPart {
    fileprivate init(_ log: TaskLog, from offset: Int, timedOut: Bool) {
        let part = log.part(from: offset)
        self.init(
            text: part.text, next: part.next, skipped: part.skipped, hasEnded: log.hasEnded,
            timedOut: timedOut && part.text.isEmpty)
    }
}
