import Libuv
package import TaskCore
import TaskProtocol

/// A connection to a task server for requests without a `seq`, as the original's clients speak: answered in order.
/// Calls return when the answer is there; the loop runs meanwhile.
package final class ClassicClient {
    private let configuration: ClientConfiguration
    private let loop: EventLoop
    private let connection: Connection
    private let replies: Replies
    /// What bounds the answer that is awaited; nil while the answer may take as long as it likes.
    private var deadline: Deadline?

    /// Those that came in and were not asked for yet.
    private final class Replies {
        var waiting: [ClassicReply] = []
        /// Why there will be no more.
        var refusal: RequestError?

        /// An error is no answer to a classic request, but one to the connection.
        func take(_ message: Span<UInt8>, _ reader: MessageReader) throws(BrokenMessage) {
            do throws(BrokenMessage) {
                waiting.append(try reader.classicReply(message))
            } catch {
                guard let reply = try? reader.reply(message), let refusal = reply.error, reply.sequence == nil
                else { throw error }
                self.refusal = self.refusal ?? refusal
            }
        }
    }

    /// Connects to the first address of the host that takes the connection.
    package init(_ configuration: ClientConfiguration) throws(ClientError) {
        self.configuration = configuration
        loop = try configuration.makeLoop()
        let replies = Replies()
        self.replies = replies
        do throws(ClientError) {
            let deadline = try configuration.makeDeadline(after: configuration.connectTimeout, on: loop)
            self.deadline = deadline
            connection = try Connection(configuration, on: loop, deadline: deadline) {
                (reader, message) throws(BrokenMessage) in
                try replies.take(message, reader)
            }
        } catch {
            deadline?.close()
            loop.close()
            throw error
        }
    }

    /// Closes the connection. To be called once, at the end.
    package func close() {
        deadline?.close()
        connection.close()
        loop.close()
    }

    /// Queues a task.
    package func submit(_ taskName: String, _ data: String) throws(ClientError) -> TaskID {
        try send([.run(taskName: taskName, data: TaskData(data))])
        guard case .submitted(let id) = try nextReply() else { throw configuration.foreignAnswer("no task id") }
        return id
    }

    /// Asks for the state of a task.
    package func status(of id: TaskID) throws(ClientError) -> TaskState {
        try send([.status(id)])
        return try nextStatus()
    }

    /// Asks for what a task answered: nil while there is nothing, or where it failed.
    package func result(of id: TaskID) throws(ClientError) -> (state: TaskState, data: String?) {
        try send([.result(id)])
        return try nextResult()
    }

    /// Waits until a task has ended that was submitted on this connection: without a deadline for its end, with the
    /// usual one for the result.
    ///
    /// Both questions go out together: the server answers the second right after the first, even one that stops.
    package func waitForResult(of id: TaskID) throws(ClientError) -> (state: TaskState, data: String?) {
        try send([.status(id), .result(id)])
        deadline?.close()
        deadline = nil
        guard try nextStatus().isFinal else { throw configuration.foreignAnswer("a task that has not ended") }
        deadline = try configuration.makeDeadline(after: configuration.connectTimeout, on: loop)
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

    /// The first requests are bound by the deadline of the connection, later ones have their own.
    private func send(_ requests: [ClassicRequest]) throws(ClientError) {
        if deadline == nil {
            deadline = try configuration.makeDeadline(after: configuration.connectTimeout, on: loop)
        }
        var bytes: [UInt8] = []
        for request in requests { request.write(to: &bytes) }
        connection.send(bytes)
    }

    private func nextReply() throws(ClientError) -> ClassicReply {
        loop.run {
            !replies.waiting.isEmpty || replies.refusal != nil || connection.failure != nil || deadline?.isOver == true
        }
        if !replies.waiting.isEmpty {
            deadline?.close()
            deadline = nil
            return replies.waiting.removeFirst()
        }
        if let refusal = replies.refusal { throw .refused(refusal, text: nil) }
        throw connection.failure ?? configuration.timedOut(after: configuration.connectTimeout, .waitingForAnswer)
    }
}
