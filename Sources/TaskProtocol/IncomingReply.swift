import JSON
import TaskCore

/// A reply to a request with a `seq`, as the client takes it: what it means depends on the request.
package struct IncomingReply: ~Copyable {
    /// That of the request; nil where the server could not tell which request it refuses.
    package let sequence: Int?

    /// The message itself; nil unless it was asked for.
    package let text: String?

    /// Why the request was refused, where it was.
    package let error: RequestError?

    private let fields: ReplyFields

    fileprivate init(_ fields: consuming ReplyFields, text: String?) throws(BrokenMessage) {
        let sequence = try fields.sequence.optional()
        let error = try fields.error.optional()
        self.sequence = sequence
        self.error = error
        self.text = text
        self.fields = fields
    }

    /// What the reply says to `request`.
    ///
    /// - Throws: `BrokenMessage` where it lacks what such a reply has.
    package func reply(to request: Request) throws(BrokenMessage) -> Reply {
        if let error { return .refused(error) }
        switch request {
        case .run:
            let task = try fields.task.report()
            guard task.id != nil else { throw .missing("task_id") }
            return .submitted(
                Reply.Submission(
                    task: task, instance: try fields.information.instance.required(),
                    isExisting: try fields.existing.optional() ?? false))
        case .status, .cancel:
            return .status(try fields.task.report(), timedOut: try fields.timedOut.optional() ?? false)
        case .result:
            var result = Reply.TaskResult(
                try fields.task.state.required(), data: try fields.data.required(),
                failure: try fields.task.failure.optional(), timedOut: try fields.timedOut.optional() ?? false)
            result.encoding = try fields.encoding.optional() ?? .text
            if result.state == .success, result.data == nil { throw .unfit("a success without a result") }
            return .result(result)
        case .log:
            return .log(
                Reply.LogPart(
                    text: try fields.text.required(), next: try fields.offset.required(),
                    skipped: try fields.skipped.optional() ?? 0, hasEnded: try fields.ended.required(),
                    timedOut: try fields.timedOut.optional() ?? false))
        case .list(let query):
            let page = Reply.TaskPage(tasks: try fields.tasks.required(), next: try fields.next.optional())
            try page.check(against: query)
            return .list(page)
        case .stats: return .stats(try fields.statistics.statistics())
        case .info: return .info(try fields.information.information())
        }
    }
}

extension Reply.TaskPage {
    /// Whoever goes on with `next` until there is none must come to an end: each page begins below the one before.
    fileprivate func check(against query: ListQuery) throws(BrokenMessage) {
        guard tasks.count <= query.limit else { throw .unfit("more tasks than were asked for") }
        var before = query.before
        for id in tasks.lazy.compactMap(\.id) {
            if let before, id >= before { throw .unfit("a list whose ids do not fall") }
            before = id
        }
        // The last task itself may be named: the next page is below it.
        guard let next else { return }
        if let last = tasks.last?.id, next > last { throw .unfit("a list that goes on above its last task") }
        if let before = query.before, next >= before { throw .unfit("a list that does not go on") }
    }
}

extension MessageReader {
    /// Reads a reply to a request with a `seq` from one whole message.
    ///
    /// - Parameter keepsText: whether it has its `text`.
    package func reply(_ message: Span<UInt8>, keepsText: Bool = false) throws(BrokenMessage) -> IncomingReply {
        var fields = ReplyFields()
        try members(of: message) { member in fields.take(member) }
        guard keepsText else { return try IncomingReply(fields, text: nil) }
        var text: [UInt8] = []
        text.append(copying: message)
        return try IncomingReply(fields, text: String(decoding: text, as: UTF8.self))
    }
}

/// The members of all sorts of replies as they come in; those that the protocol does not know are passed over.
private struct ReplyFields: ~Copyable {
    var sequence = Field<Int>("seq")
    var error = Field<RequestError>("error")
    var task = TaskReportFields()
    var existing = Field<Bool>("existing")
    var timedOut = Field<Bool>("timed_out")
    var data = Field<String?>("data")
    var encoding = Field<DataEncoding>("encoding")
    var text = Field<String>("text")
    var offset = Field<Int>("offset")
    var skipped = Field<Int>("skipped")
    var ended = Field<Bool>("ended")
    var tasks = Field<[TaskReport]>("tasks")
    var next = Field<TaskID>("next")
    var statistics = ServerStatisticsFields()
    var information = ServerInformationFields()

    mutating func take(_ member: borrowing JSONMember) {
        if member.isNamed("seq") {
            sequence.note(member.count)
        } else if member.isNamed("error") {
            error.note(RequestError(member))
        } else if member.isNamed("existing") {
            existing.note(member.boolean)
        } else if member.isNamed("timed_out") {
            timedOut.note(member.boolean)
        } else if member.isNamed("data") {
            data.note(member.isNull ? .some(nil) : member.string.map(Optional.some))
        } else if member.isNamed("encoding") {
            encoding.note(member.string.flatMap(DataEncoding.init))
        } else if member.isNamed("tasks") {
            tasks.note(member.reports)
        } else if member.isNamed("next") {
            next.note(member.taskID)
        } else {
            takeLogPart(member)
            task.take(member)
            statistics.take(member)
            information.take(member)
        }
    }

    private mutating func takeLogPart(_ member: borrowing JSONMember) {
        if member.isNamed("text") {
            text.note(member.string)
        } else if member.isNamed("offset") {
            offset.note(member.count)
        } else if member.isNamed("skipped") {
            skipped.note(member.count)
        } else if member.isNamed("ended") {
            ended.note(member.boolean)
        }
    }
}

extension JSONMember {
    /// The value, where it is an array of reports.
    fileprivate var reports: [TaskReport]? {
        var isComplete = true
        let reports = elements { element -> TaskReport? in
            var fields = TaskReportFields()
            _ = element.withMembers { members in
                members.forEach { member in
                    fields.take(member)
                    return true
                }
            }
            let report = try? fields.report()
            isComplete = isComplete && report?.id != nil
            return report
        }
        return isArray && isComplete ? reports : nil
    }
}
