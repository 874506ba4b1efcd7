import JSON
package import Libuv
package import TaskCore
package import TaskProtocol

/// The server's answer to one request.
package struct Answer<Reply: Sendable>: Sendable {
    package let result: Result<Reply, Refusal>

    /// The message without its newline; nil unless the client keeps texts.
    package let text: String?
}

/// A client that sends requests with a `seq`: any number at once, answered in any order.
///
/// A submitted task runs at most once. Each submit has a key. If the connection is lost before the answer, the client
/// sends the submit again on a new connection, for the same instance of the server. A restarted server refuses it.
package final class Client {
    /// The most times that the client reconnects to repeat unanswered submits.
    private static let maximumAttempts = 3

    private enum Phase {
        /// Nothing was answered yet. `end` is the time limit for that on the loop's clock; nil for none.
        case connecting(end: UInt64?)
        case connected
    }

    private let connector: Connector
    private var connection: Connection
    private let keepsTexts: Bool
    private let randomBits: () -> UInt64

    /// The instance of the server; nil before the first answer to `info`.
    private(set) var instance: InstanceID?
    private var unanswered: [Int: UnansweredRequest] = [:]
    private var lastSequence = 0
    /// The messages that the next loop iteration sends.
    private var outbox = JSONWriter()
    private var phase = Phase.connecting(end: nil)
    /// The number of reconnects since the last answer to a submit.
    private var attempts = 0
    private var failure: ClientError?

    private var configuration: ClientConfiguration { connector.configuration }

    /// For the caller's timers and signals. Only `run` may run it.
    package var loop: EventLoop { connector.loop }

    /// Connects. Over ssh that continues while `run` waits for the first answer.
    ///
    /// - Parameters:
    ///   - keepsTexts: whether answers keep their messages, of up to 64 MiB each.
    ///   - randomBits: for the keys of submits.
    package convenience init(
        _ configuration: ClientConfiguration, keepsTexts: Bool, randomBits: @escaping () -> UInt64
    ) throws(ClientError) {
        let (connector, connection) = try Connector.open(configuration)
        self.init(connector, connection, keepsTexts: keepsTexts, randomBits: randomBits)
    }

    /// - Parameter connection: the first one of the connector, whose deadline is the end of connecting.
    init(
        _ connector: Connector, _ connection: Connection, keepsTexts: Bool, randomBits: @escaping () -> UInt64
    ) {
        self.connector = connector
        self.connection = connection
        self.keepsTexts = keepsTexts
        self.randomBits = randomBits
        phase = .connecting(end: connector.deadline.end)
        useConnection()
    }

    /// Closes the connection; unanswered requests remain unanswered. Must be called once, after the caller's handles on
    /// the loop were closed.
    package func close() {
        connection.close()
        unanswered = [:]
        connector.close()
    }

    // MARK: Requests

    /// Sends a request with the next loop iteration.
    ///
    /// Its time limit is `connectTimeout`, plus the timeout of its wait. A wait without a timeout has no limit. A submit is
    /// only for the instance of the server that answered `info`, which must be before the first submit.
    ///
    /// - Parameters:
    ///   - instance: the instance of the server that the request is for; nil for any.
    ///   - onAnswer: called once on the loop's thread, during `run`; never if `run` throws first.
    package func send<Request: RequestMessage>(
        _ request: Request, for instance: InstanceID? = nil,
        onAnswer: @escaping (Answer<Request.Reply>) -> Void
    ) {
        var message: any RequestMessage = request
        if let submit = request as? RunRequest {
            precondition(self.instance != nil, "a submit before the answer to info")
            let key = submit.key ?? randomBits().hexDigits + randomBits().hexDigits
            message = RunRequest(taskName: submit.taskName, data: submit.data, key: key)
        }
        lastSequence += 1
        // A request without a wait has a wait of 0 ms.
        let waitTime = request.wait.map { $0.timeout.map(UInt64.init) } ?? 0
        let start: UInt64? =
            switch phase {
            case .connecting(let end): end
            case .connected: loop.preciseNow + configuration.connectTimeout
            }
        let end = waitTime.flatMap { wait in start.map { $0 + wait } }
        unanswered[lastSequence] = UnansweredRequest(
            message: message, isSubmit: request is RunRequest, instance: instance, end: end,
            timeLimit: waitTime.map { $0 + configuration.connectTimeout },
            read: { [unowned self] (incoming, text) throws(ProtocolError) in
                let reply = try incoming.reply(to: request)
                return {
                    if let info = reply as? InfoReply, self.instance == nil { self.instance = info.instance }
                    onAnswer(Answer(result: .success(reply), text: text))
                }
            },
            refuse: { refusal, text in onAnswer(Answer(result: .failure(refusal), text: text)) })
        if let end, connector.deadline.end.map({ end < $0 }) ?? true { connector.deadline.set(end) }
        write(lastSequence)
    }

    /// Sends a request and returns its answer. Meanwhile other requests receive theirs.
    package func ask<Request: RequestMessage>(
        _ request: Request, for instance: InstanceID? = nil
    ) throws(ClientError) -> Answer<Request.Reply> {
        var answer: Answer<Request.Reply>?
        send(request, for: instance) { answer = $0 }
        try run { answer != nil }
        guard let answer else { preconditionFailure("no answer, and no error") }
        return answer
    }

    /// Runs the loop until `condition` holds, which is checked after each loop iteration.
    ///
    /// - Throws: `ClientError` if the connection ends, with or without unanswered requests, or if a request exceeds its
    ///   time limit. Each later call throws it again.
    package func run(until condition: () -> Bool) throws(ClientError) {
        while true {
            loop.run {
                sendOutbox()
                return condition() || failure != nil || connection.failure != nil || connector.deadline.isOver
            }
            if condition() { return }
            if let cause = connection.failure, failure == nil {
                do throws(ClientError) { try recover(from: cause) } catch { fail(error) }
            }
            if connector.deadline.isOver { checkDeadlines() }
            if let failure { throw failure }
        }
    }

    private func write(_ sequence: Int) {
        guard let request = unanswered[sequence] else { return }
        // All submits of a client, and repeated requests, are for the same instance of the server.
        let isBound = request.isSubmit || request.isRepeated
        request.message.write(
            to: &outbox, sequence: sequence, instance: request.instance ?? (isBound ? instance : nil))
    }

    private func sendOutbox() {
        guard outbox.count > 0 else { return }
        connection.send(outbox.bytes)
        outbox.removeAll()
    }

    // MARK: Answers

    /// Starts the time limits that did not count while the client connected.
    private func didConnect() {
        guard case .connecting(let end) = phase else { return }
        phase = .connected
        guard end == nil else { return }
        let now = loop.preciseNow
        for (sequence, request) in unanswered { unanswered[sequence]?.end = request.timeLimit.map { now + $0 } }
        setDeadline()
    }

    private func deliver(_ reply: borrowing IncomingReply, _ text: String?) throws(ProtocolError) {
        didConnect()
        guard let sequence = reply.sequence else { return try deliverUnnumbered(reply.refusal, text) }
        guard let request = unanswered[sequence] else { throw .answerToNothing }
        let refusal = reply.refusal
        // A reply that cannot be read leaves its request unanswered.
        let callback = refusal == nil ? try request.read(reply, text) : {}
        unanswered[sequence] = nil
        if request.isSubmit { attempts = 0 }
        if request.isSubmit, request.isRepeated, refusal?.code == .restarted {
            failure = .restarted(configuration.server)
        } else if let refusal {
            request.refuse(refusal, text)
        } else {
            callback()
        }
    }

    /// Handles a reply without a `seq`. Only a submit can be too large, and the server answers submits in their order. Any
    /// other refusal is of the whole connection.
    private func deliverUnnumbered(_ refusal: Refusal?, _ text: String?) throws(ProtocolError) {
        guard let refusal else { throw .answerToNothing }
        let submits = unanswered.filter(\.value.isSubmit)
        if refusal.code == .tooLarge, let oldest = submits.keys.min() {
            unanswered.removeValue(forKey: oldest)?.refuse(refusal, text)
            return
        }
        let isRepeated = submits.values.contains { $0.isRepeated }
        failure = isRepeated ? .submitUnanswered(.refused(refusal, text: text)) : .refused(refusal, text: text)
    }

    private func setDeadline() { connector.deadline.set(unanswered.values.compactMap(\.end).min()) }

    private func checkDeadlines() {
        let request = unanswered.values.min { ($0.end ?? .max) < ($1.end ?? .max) }
        if let request, let end = request.end, let limit = request.timeLimit, end <= loop.now {
            fail(configuration.timedOut(after: limit, .waitingForAnswer))
        } else {
            setDeadline()
        }
    }

    // MARK: Connections

    private func useConnection() {
        connection.onMessage = { [unowned self] (reader, message) throws(ProtocolError) in
            let text = keepsTexts ? try? String(copying: UTF8Span(validating: message)) : nil
            try reader.read(message) { reply throws(ProtocolError) in try deliver(reply, text) }
        }
    }

    /// Sends all unanswered requests again on a new connection, if a submit is among them.
    private func recover(from cause: ClientError) throws(ClientError) {
        let end = unanswered.values.filter(\.isSubmit).compactMap(\.end).min()
        guard cause.mayBeRetried, attempts < Self.maximumAttempts, let end, end > loop.preciseNow
        else { throw cause }
        attempts += 1
        connection.close()
        connection = Connection(try connector.connect(until: end), configuration)
        useConnection()
        outbox.removeAll()
        for sequence in unanswered.keys.sorted() {
            unanswered[sequence]?.isRepeated = true
            write(sequence)
        }
        setDeadline()
    }

    private func fail(_ error: ClientError) {
        failure = unanswered.values.contains(where: \.isSubmit) ? .submitUnanswered(error) : error
    }
}

private struct UnansweredRequest {
    let message: any RequestMessage
    let isSubmit: Bool
    /// The instance that the caller chose.
    let instance: InstanceID?
    /// The end of the time limit on the loop's clock, in milliseconds; nil if it does not count yet, or if there is none.
    var end: UInt64?
    /// The length of the time limit in milliseconds; nil for none.
    let timeLimit: UInt64?
    /// Reads the reply and returns the callback that delivers it.
    let read: (borrowing IncomingReply, String?) throws(ProtocolError) -> (() -> Void)
    let refuse: (Refusal, String?) -> Void
    /// Sent again on a new connection: the server may have carried it out before.
    var isRepeated = false
}

extension ProtocolError {
    /// The reply has the `seq` of no unanswered request, or has none and is no refusal.
    static let answerToNothing = ProtocolError.unexpected("an answer to nothing that was asked")
}
