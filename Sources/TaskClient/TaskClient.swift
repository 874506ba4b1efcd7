package import Libuv
package import Wire

/// A connection to a task server. Calls return when the answer is there; the loop runs meanwhile.
package final class TaskClient {
    private let configuration: ClientConfiguration
    private let loop: EventLoop
    private let stream: TCPStream
    /// What bounds the answer that is awaited; nil while the answer may take as long as it likes.
    private var deadline: Deadline?

    private var framer: LineFramer
    private let reader = MessageReader()
    private var replies: [ClassicReply] = []
    /// Why no more replies will come.
    private var failure: ClientError?

    /// Connects to the first address of the host that takes the connection.
    package init(_ configuration: ClientConfiguration) throws(ClientError) {
        self.configuration = configuration
        framer = LineFramer(maximumLength: configuration.maximumReply)
        do throws(UVError) {
            loop = try EventLoop(readSize: configuration.readSize)
        } catch {
            throw .lost(error)
        }
        do throws(ClientError) {
            let deadline = try Self.deadline(of: configuration, on: loop)
            self.deadline = deadline
            stream = try Connector(configuration: configuration, loop: loop, deadline: deadline).connect()
        } catch {
            deadline?.close()
            loop.close()
            throw error
        }
        stream.delegate = self
    }

    private static func deadline(
        of configuration: ClientConfiguration, on loop: EventLoop
    ) throws(ClientError) -> Deadline {
        do throws(UVError) {
            return try Deadline(after: configuration.connectTimeout, on: loop)
        } catch {
            throw .lost(error)
        }
    }

    /// Closes the connection. To be called once, at the end.
    package func close() {
        deadline?.close()
        stream.close()
        loop.close()
    }

    // MARK: Requests

    /// Queues a task.
    package func submit(_ taskName: String, _ data: String) throws(ClientError) -> TaskID {
        try send([.run(taskName: taskName, data: data)])
        guard case .submitted(let id) = try nextReply() else { throw foreign("no task id") }
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
        guard try nextStatus().isFinal else { throw foreign("a task that has not ended") }
        deadline = try Self.deadline(of: configuration, on: loop)
        return try nextResult()
    }

    private func nextStatus() throws(ClientError) -> TaskState {
        guard case .status(let state) = try nextReply() else { throw foreign("no status") }
        return state
    }

    private func nextResult() throws(ClientError) -> (state: TaskState, data: String?) {
        guard case .result(let state, let data) = try nextReply() else { throw foreign("no result") }
        return (state, data)
    }

    // MARK: The connection

    /// The first requests are bound by the deadline of the connection, later ones have their own.
    private func send(_ requests: [ClassicRequest]) throws(ClientError) {
        if deadline == nil { deadline = try Self.deadline(of: configuration, on: loop) }
        var bytes: [UInt8] = []
        for request in requests { request.write(to: &bytes) }
        do throws(UVError) {
            try stream.write(bytes.span)
            try stream.startReading()
        } catch {
            throw .lost(error)
        }
    }

    private func nextReply() throws(ClientError) -> ClassicReply {
        loop.run { !replies.isEmpty || failure != nil || deadline?.isOver == true }
        if !replies.isEmpty {
            deadline?.close()
            deadline = nil
            return replies.removeFirst()
        }
        throw failure
            ?? .timedOut(
                host: configuration.host, port: configuration.port,
                milliseconds: configuration.connectTimeout, .waitingForAnswer)
    }

    private func foreign(_ reason: String) -> ClientError {
        .foreignAnswer(host: configuration.host, port: configuration.port, reason)
    }

    private func fail(_ error: ClientError) {
        if failure == nil { failure = error }
        stream.stopReading()
    }
}

extension TaskClient: TCPStreamDelegate {
    package func streamDidRead(_ bytes: Span<UInt8>) {
        var position = 0
        while failure == nil, let event = framer.next(in: bytes, at: &position) {
            do throws(BrokenMessage) {
                switch event {
                case .message:
                    let reply = try framer.withMessage(in: bytes) { message throws(BrokenMessage) in
                        try reader.classicReply(message)
                    }
                    replies.append(reply)
                case .broken(let message):
                    throw message
                }
            } catch {
                fail(foreign("\(error)"))
            }
        }
    }

    package func streamDidEnd(_ error: UVError?) {
        fail(error.map(ClientError.lost) ?? (framer.isInsideMessage ? .cutOff : .closed))
    }

    package func streamDidDrain() {}
}
