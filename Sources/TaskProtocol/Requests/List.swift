package import JSON
package import TaskCore

/// Asks for the newest tasks.
package struct ListRequest: RequestMessage {
    package static let type = RequestType.list

    package let query: ListQuery

    package init(_ query: ListQuery) { self.query = query }

    package init(_ fields: inout Fields) throws(ProtocolError) {
        var query = ListQuery()
        query.state = try fields.optional(Members.status)
        query.before = try fields.optional(Members.before)
        if let limit = try fields.optional(Members.limit) { query.limit = limit }
        self.query = query
    }

    package func write(to message: inout JSONWriter) {
        message.append(Members.status, query.state)
        message.append(Members.before, query.before)
        message.append(Members.limit, query.limit)
    }

    package typealias Reply = ListReply

    /// Otherwise a client that follows `next` might not come to an end. Ids descend, within a page and from page to page.
    package func check(_ reply: ListReply) throws(ProtocolError) {
        guard reply.tasks.count <= query.limit else { throw .unexpected("more tasks than were asked for") }
        var before = query.before
        for task in reply.tasks {
            guard let id = task.id else { throw .missing("\(Members.taskID.name)") }
            if let before, id >= before { throw .unexpected("a list whose ids do not fall") }
            before = id
        }
        guard let next = reply.next else { return }
        // `next` may be the last task's id: the next page is below it.
        if let last = reply.tasks.last?.id, next > last { throw .unexpected("a list that goes on above its last task") }
        if let before = query.before, next >= before { throw .unexpected("a list that does not go on") }
    }
}

/// A page of the list of tasks.
package struct ListReply: ReplyMessage {
    /// From the newest to the oldest, each with its id.
    package let tasks: [TaskReport]
    /// The `before` of the next page; nil after the last one.
    package let next: TaskID?

    package init(tasks: [TaskReport], next: TaskID?) {
        self.tasks = tasks
        self.next = next
    }

    private static let tasks = Member<[TaskReport]>.objects("tasks", TaskReport.init)
    private static let next = Member<TaskID>.taskID("next")

    package init(_ fields: inout Fields) throws(ProtocolError) {
        tasks = try fields.required(Self.tasks)
        next = try fields.optional(Self.next)
    }

    package func write(to message: inout JSONWriter) {
        message.append(Self.tasks, tasks)
        message.append(Self.next, next)
    }
}
