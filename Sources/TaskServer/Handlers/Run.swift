import TaskCore
import TaskProtocol
import TaskQueue

extension RunRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        let server = context.server
        guard let (id, isExisting) = try server.submit(taskName, data, key: key, from: context.connection) else {
            let names = server.catalog.types.map(\.name)
            throw .unknownTaskName(taskName, known: names, nearest: nearestName(to: taskName, among: names))
        }
        let place = server.scheduler.place(of: id)
        // A task without a place has ended. Only then is its record looked up, so that most submits are faster.
        let state = if let place { place.state } else { try server.record(of: id).state }
        context.reply(
            RunReply(
                task: id, instance: server.instance, state: state, position: place?.position,
                remainingTime: place?.remainingTime?.onWire, isExisting: isExisting))
    }
}

extension TaskServer {
    /// Queues a task, or finds the one with the same key.
    ///
    /// - Parameter isLegacy: a `status` of a legacy connection waits for the end of its task.
    /// - Returns: nil if no task type has the name.
    func submit(
        _ taskName: String, _ data: consuming TaskData, key: String? = nil, from connection: Connection,
        isLegacy: Bool = false
    ) throws(Refusal) -> (id: TaskID, isExisting: Bool)? {
        guard let type = catalog.index(of: taskName) else { return nil }
        try catalog.check(data, for: type)
        let submission = Submission(
            type: TaskTypeIndex(rawValue: UInt16(type)), data: data, key: key,
            connection: isLegacy ? connection.id : .none, submitter: connection.peer.user)
        return try scheduler.submit(submission, from: connection.id)
    }
}
