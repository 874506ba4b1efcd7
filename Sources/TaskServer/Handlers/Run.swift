import TaskCore
import TaskProtocol
import TaskQueue

extension RunRequest: HandledRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        let server = context.server
        guard let type = server.catalog.index(of: taskName) else {
            let names = server.catalog.types.map(\.name)
            throw .unknownTaskName(taskName, known: names, nearest: nearestName(to: taskName, among: names))
        }
        try server.catalog.check(data, for: type)
        let submission = Submission(type: TaskTypeIndex(rawValue: UInt16(type)), data: data, key: key)
        let (id, isExisting) = try server.scheduler.submit(submission, from: context.connection.id)
        let place = server.scheduler.place(of: id)
        // A task without a place has ended. Only then is its record looked up, so that most submits are faster.
        let state = if let place { place.state } else { try server.record(of: id).state }
        context.reply(
            RunReply(
                task: id, instance: server.instance, state: state, position: place?.position,
                remainingTime: place?.remainingTime?.onWire, isExisting: isExisting))
    }
}
