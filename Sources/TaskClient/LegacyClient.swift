import JSON
import Libuv
package import TaskCore
import TaskProtocol

/// A client that sends requests without a `seq`, which the server answers in order.
package final class LegacyClient {
    private let connector: Connector
    private let connection: Connection
    private var configuration: ClientConfiguration { connector.configuration }

    /// The replies that no call has taken yet.
    private var replies: [LegacyReply] = []
    private var isConnecting = true
    /// The server refused the connection: no more replies will arrive.
    private var refusal: Refusal?

    /// Connects. Over ssh that continues while the first call waits for its answer.
    package init(_ configuration: ClientConfiguration) throws(ClientError) {
        (connector, connection) = try Connector.open(configuration)
        connection.onMessage = { [unowned self] (reader, message) throws(ProtocolError) in try take(message, reader) }
    }

    /// Must be called once.
    package func close() {
        connection.close()
        connector.close()
    }

    package func submit(_ taskName: String, _ data: String) throws(ClientError) -> TaskID {
        send([.run(taskName: taskName, data: TaskData(data))])
        guard case .submitted(let id) = try nextReply() else { throw configuration.foreignAnswer("no task id") }
        return id
    }

    package func status(of id: TaskID) throws(ClientError) -> TaskState {
        send([.status(id)])
        return try nextStatus()
    }

    /// The data is nil unless the task has succeeded.
    package func result(of id: TaskID) throws(ClientError) -> (state: TaskState, data: String?) {
        send([.result(id)])
        return try nextResult()
    }

    /// Waits until the task ends, without a time limit, and returns its result.
    ///
    /// Both requests are sent at once: a server that shuts down may close the connection after it has answered the first.
    ///
    /// - Parameter id: of a task that was submitted on this connection. The server answers others at once.
    package func waitForResult(of id: TaskID) throws(ClientError) -> (state: TaskState, data: String?) {
        send([.status(id), .result(id)])
        connector.deadline.set(nil)
        guard try nextStatus().isFinal else { throw configuration.foreignAnswer("a task that has not ended") }
        setDeadline()
        return try nextResult()
    }

    private func nextStatus() throws(ClientError) -> TaskState {
        guard case .status(let state) = try nextReply() else { throw configuration.foreignAnswer("no status") }
        return state
    }

    private func nextResult() throws(ClientError) -> (state: TaskState, data: String?) {
        guard case .result(let state, let data) = try nextReply() else {
            throw configuration.foreignAnswer("no result")
        }
        return (state, data)
    }

    private func setDeadline() { connector.deadline.set(connector.loop.preciseNow + configuration.connectTimeout) }

    private func send(_ requests: [LegacyRequest]) {
        // The deadline of connecting is also that of the first request.
        if !isConnecting, connector.deadline.end == nil { setDeadline() }
        var writer = JSONWriter()
        for request in requests { request.write(to: &writer) }
        connection.send(writer.bytes)
    }

    private func nextReply() throws(ClientError) -> LegacyReply {
        connector.loop.run {
            !replies.isEmpty || refusal != nil || connection.failure != nil || connector.deadline.isOver
        }
        if !replies.isEmpty {
            isConnecting = false
            connector.deadline.set(nil)
            return replies.removeFirst()
        }
        if let refusal { throw .refused(refusal, text: nil) }
        throw connection.failure ?? configuration.timedOut(after: configuration.connectTimeout, .waitingForAnswer)
    }

    private func take(_ message: Span<UInt8>, _ reader: ReplyReader) throws(ProtocolError) {
        do throws(ProtocolError) {
            replies.append(try reader.readLegacy(message))
        } catch {
            // The server answers no legacy request with an error: an error without a `seq` refuses the connection.
            let refusal = try? reader.read(message) { reply throws(ProtocolError) in
                reply.sequence == nil ? reply.refusal : nil
            }
            guard let refusal else { throw error }
            self.refusal = self.refusal ?? refusal
        }
    }
}
