import TaskCore
import TaskProtocol
import TaskQueue

/// The requests of legacy clients. A refusal closes the connection.
extension LegacyRequest {
    consuming func handle(on connection: Connection) throws(Refusal) {
        let server = connection.server
        switch consume self {
        case .run(let taskName, let data):
            let submitted = try server.submit(taskName, data, from: connection, isLegacy: true)
            let id =
                if let submitted { submitted.id } else {
                    try server.scheduler.submitFailed(.unknownTaskName, from: connection)
                }
            Self.reply(.submitted(id), on: connection)
        case .status(let id):
            let record = try server.record(of: id)
            if record.connection == connection.id, !record.state.isFinal {
                // The connection that submitted the task is answered when it has ended.
                connection.wait(WaitingRequest(sequence: nil, task: id, question: .status))
            } else {
                Self.reply(.status(record.state), on: connection)
            }
        case .result(let id):
            let record = try server.record(of: id)
            Self.reply(.result(record.state, data: record.result), on: connection)
            connection.didAnswerResult(of: id)
        }
    }

    private static func reply(_ reply: LegacyReply, on connection: Connection) {
        connection.reply { reply.write(to: &$0) }
    }
}
