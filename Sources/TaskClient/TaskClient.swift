package import Libuv
package import TaskCore
package import TaskProtocol

/// A client of a task server that asks with a `seq`: any number of requests at once, answered in any order.
///
/// A task that is submitted runs once: each submit has a key, and where the connection is lost before its answer, it
/// is sent again on a new one, for the same life of the server. A server that was started anew meanwhile refuses it.
package final class TaskClient {
    /// How often unanswered submits are sent again, on a new connection each.
    static let mostAttempts = 3

    /// Whom it talks to.
    package let configuration: ClientConfiguration

    /// For timers and signals that `run` shall serve; to be run by nobody else.
    package let loop: EventLoop

    /// Which life of the server this client talks to; known once `info` or a submit was answered.
    package private(set) var instance: InstanceID?

    private let keepsTexts: Bool
    private let randomBits: () -> UInt64
    private var connection: Connection!
    private var alarm: Alarm?
    private var unanswered = UnansweredRequests()
    /// Messages that the next round of events sends together.
    private var outbox: [UInt8] = []
    private var lastSequence = 0
    /// When the first answer must be there: `connectTimeout` counts from connecting.
    private var firstEnd: UInt64?
    private var isInstanceAsked = false
    /// How often the submits that are unanswered now were sent again.
    private var attempts = 0
    private var failure: ClientError?

    /// Connects to the first address of the host that takes the connection.
    ///
    /// - Parameters:
    ///   - keepsTexts: whether answers have the messages that they came as; one may have 64 MiB.
    ///   - randomBits: what the keys of submits are made of.
    package init(
        _ configuration: ClientConfiguration, keepsTexts: Bool, randomBits: @escaping () -> UInt64
    ) throws(ClientError) {
        self.configuration = configuration
        self.keepsTexts = keepsTexts
        self.randomBits = randomBits
        loop = try configuration.makeLoop()
        do throws(ClientError) {
            firstEnd = loop.preciseNow + configuration.connectTimeout
            connection = try connect(within: configuration.connectTimeout)
            alarm = try makeAlarm()
        } catch {
            connection?.close()
            loop.close()
            throw error
        }
    }

    /// Closes the connection; what is unanswered stays so. To be called once, at the end, when the handles that the
    /// caller made on the loop are closed.
    package func close() {
        alarm?.close()
        connection.close()
        unanswered.removeAll()
        loop.close()
    }

    // MARK: Requests

    /// Sends a request with the next round of events.
    ///
    /// Its deadline is `connectTimeout`, for the first ones from the beginning of connecting; where it waits for a
    /// task's end, that and the wait's time-out, or none.
    ///
    /// - Parameters:
    ///   - instance: the life of the server for which it is meant; nil for any.
    ///   - onAnswer: called once on the loop's thread, within `run`; never where `run` throws before.
    package func send(
        _ request: Request, for instance: InstanceID? = nil, onAnswer: @escaping (Answer) -> Void
    ) {
        guard case .run(let taskName, let data, let key) = request else {
            write(add(request, instance, onAnswer))
            return
        }
        // The answer to `info` also makes the connection one on which an oversized message is answered.
        if self.instance == nil, !isInstanceAsked {
            isInstanceAsked = true
            write(add(.info, nil) { [unowned self] in if case .refused = $0.reply { refuseUnsent($0) } })
        }
        let sequence = add(.run(taskName: taskName, data: data, key: key ?? makeKey()), instance, onAnswer)
        if self.instance != nil { write(sequence) }
    }

    /// Sends a request and returns its answer; other answers that come meanwhile are given to their requests.
    package func ask(_ request: Request, for instance: InstanceID? = nil) throws(ClientError) -> Answer {
        var answer: Answer?
        send(request, for: instance) { answer = $0 }
        try run { answer != nil }
        guard let answer else { preconditionFailure("no answer, and no error") }
        return answer
    }

    /// Runs the loop until `condition` holds, looking after each round of events.
    ///
    /// - Throws: `ClientError` where the connection ended, with or without unanswered requests, or where one of them
    ///   has passed its deadline; each later call throws it again.
    package func run(until condition: () -> Bool) throws(ClientError) {
        while true {
            loop.run {
                sendOutbox()
                return condition() || failure != nil || connection.failure != nil
            }
            if condition() { return }
            if let failure { throw failure }
            guard let cause = connection.failure else { preconditionFailure("nothing left to wait for") }
            do throws(ClientError) { try recover(from: cause) } catch { throw fail(error) }
        }
    }

    private func add(
        _ request: Request, _ instance: InstanceID?, _ onAnswer: @escaping (Answer) -> Void
    ) -> Int {
        lastSequence += 1
        let end = request.waitTime.map { $0 + (firstEnd ?? loop.preciseNow + configuration.connectTimeout) }
        unanswered[lastSequence] = UnansweredRequests.Entry(
            request: request, instance: instance, end: end, onAnswer: onAnswer)
        if let end { alarm?.set(end) }
        return lastSequence
    }

    /// 32 hexadecimal digits.
    private func makeKey() -> String { randomBits().hexDigits + randomBits().hexDigits }

    private func write(_ sequence: Int) {
        guard let entry = unanswered[sequence] else { return }
        // All submits of a client, and what is sent again, are for the same life of the server.
        let instance = entry.instance ?? (entry.isSubmit || entry.wasSent ? instance : nil)
        NumberedRequest(sequence, entry.request, for: instance).write(to: &outbox)
        unanswered[sequence]?.wasSentAgain = entry.wasSent
        unanswered[sequence]?.wasSent = true
    }

    private func sendOutbox() {
        guard !outbox.isEmpty else { return }
        connection.send(outbox)
        outbox.removeAll(keepingCapacity: true)
    }

    // MARK: Answers

    private func take(_ incoming: borrowing IncomingReply) throws(BrokenMessage) {
        firstEnd = nil
        guard let sequence = incoming.sequence else { return try takeUnnumbered(incoming) }
        guard let entry = unanswered[sequence] else { throw .answerToNothing }
        let reply = try incoming.reply(to: entry.request)
        _ = unanswered.remove(sequence)
        if entry.isSubmit { attempts = 0 }
        switch reply {
        case .info(let information): know(information.instance)
        case .submitted(let submission): know(submission.instance)
        case .refused(let error) where error.code == .restarted && entry.isSubmit && entry.wasSentAgain:
            fail(.restarted(host: configuration.host, port: configuration.port))
            return
        default: break
        }
        entry.onAnswer(Answer(reply: reply, text: incoming.text))
    }

    /// The server could not read which request it refuses. Of those of this client only a submit can be too large;
    /// any other refusal is one of the whole connection.
    private func takeUnnumbered(_ incoming: borrowing IncomingReply) throws(BrokenMessage) {
        guard let error = incoming.error else { throw .answerToNothing }
        if error.code == .tooLarge, let oldest = unanswered.oldestSentSubmit {
            unanswered.remove(oldest)?.onAnswer(Answer(reply: .refused(error), text: incoming.text))
            return
        }
        failure =
            unanswered.hasSubmitSentAgain
            ? .submitUnanswered(.refused(error, text: incoming.text)) : .refused(error, text: incoming.text)
    }

    private func know(_ instance: InstanceID) {
        guard self.instance == nil else { return }
        self.instance = instance
        for sequence in unanswered.sequences where unanswered[sequence]?.wasSent == false { write(sequence) }
    }

    /// Without an answer to `info` nothing can be submitted.
    private func refuseUnsent(_ refusal: Answer) {
        isInstanceAsked = false
        for sequence in unanswered.sequences where unanswered[sequence]?.wasSent == false {
            unanswered.remove(sequence)?.onAnswer(refusal)
        }
    }

    private func checkDeadlines() {
        guard let entry = unanswered.mostUrgent, let end = entry.end else { return }
        guard end <= loop.now else {
            alarm?.set(end)
            return
        }
        let patience = configuration.connectTimeout + (entry.request.waitTime ?? 0)
        fail(configuration.timedOut(after: patience, .waitingForAnswer))
    }

    // MARK: Connections

    private func connect(within milliseconds: UInt64) throws(ClientError) -> Connection {
        let deadline = try configuration.makeDeadline(after: milliseconds, on: loop)
        defer { deadline.close() }
        return try Connection(configuration, on: loop, deadline: deadline) {
            [unowned self] (reader, message) throws(BrokenMessage) in
            try take(reader.reply(message, keepsText: keepsTexts))
        }
    }

    private func makeAlarm() throws(ClientError) -> Alarm {
        do throws(UVError) {
            return try Alarm(on: loop) { [unowned self] in checkDeadlines() }
        } catch {
            throw .lost(error)
        }
    }

    /// Sends everything unanswered again, on a new connection, where a submit is among it.
    private func recover(from cause: ClientError) throws(ClientError) {
        guard cause.mayBeRetried, unanswered.hasSentSubmit, let end = unanswered.submitEnd,
            attempts < Self.mostAttempts, end > loop.preciseNow
        else { throw cause }
        attempts += 1
        connection.close()
        connection = try connect(within: end - loop.preciseNow)
        outbox = []
        for sequence in unanswered.sequences { write(sequence) }
    }

    /// Notes why there will be no more answers.
    ///
    /// - Returns: that, with what it means for the submits.
    @discardableResult
    private func fail(_ error: ClientError) -> ClientError {
        let told = unanswered.hasSentSubmit && !error.tellsOfSubmits ? .submitUnanswered(error) : error
        failure = told
        return told
    }
}
