import JSON
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// One connection: bytes in, requests to their handlers, replies out.
///
/// While the connection is paused, received bytes go into a bounded input buffer; if that is full, nothing is received.
final class Connection {
    private enum State {
        /// Reads requests unless there is a reason to pause.
        case open(paused: PauseReasons)
        /// Reads nothing more. Answers the waiting requests, then closes for this reason.
        case draining(CloseReason)
        /// All replies are written and the end of writing is sent. Waits until the client has taken the replies and has
        /// closed its side, or until this time on the loop's clock: closing earlier resets the connection if the client still
        /// sends, and replies that it has not read yet are lost.
        case closing(until: UInt64)
        case closed
    }

    /// Why an open connection reads no requests.
    struct PauseReasons: OptionSet {
        let rawValue: UInt8

        /// A legacy `status` is answered when its task has ended; what follows comes after it.
        static let waitingLegacyStatus = PauseReasons(rawValue: 1)
        /// The client has not taken all replies.
        static let unsentReplies = PauseReasons(rawValue: 2)
        static let tooManyWaitingRequests = PauseReasons(rawValue: 4)
        /// Other connections are served first.
        static let budgetSpent = PauseReasons(rawValue: 8)
    }

    /// The times between two checks, in milliseconds: for a client that takes no replies, and for one that is about to close.
    /// The first check is earlier.
    private static let firstCheckTime: UInt64 = 10
    private static let stallCheckTime: UInt64 = 250
    private static let closingCheckTime: UInt64 = 20

    let id: ConnectionID
    let server: TaskServer
    let stream: SocketStream
    let peer: Peer
    private let replies: ReplyBuffer
    private var state = State.open(paused: [])
    private let framer: Framer
    private var input = InputBuffer()
    private var waiting = WaitingRequests()
    private var budget = ReadBudget()
    /// A valid `seq` was received: from then on a malformed message is answered instead of closing the connection.
    private var usesSequenceNumbers = false
    /// The client has closed its side.
    private var inputEnded = false
    /// A task whose end was reported during a shutdown: the client may still ask for its result.
    private var taskWithOwedResult: TaskID?
    /// The value of `heldBytes` when the `ConnectionTable` last counted it.
    var countedBytes = 0
    /// When bytes were last received or sent, on the loop's clock.
    private var lastActivity: UInt64
    /// When a whole message was last received, or all replies were taken.
    private var lastProgress: UInt64
    /// The bytes that the client had not acknowledged at the last check, and when they last became fewer.
    private var unacknowledged = (bytes: 0, since: UInt64(0))

    init(_ id: ConnectionID, _ stream: SocketStream, _ peer: Peer, of server: TaskServer) {
        self.id = id
        self.stream = stream
        self.peer = peer
        self.server = server
        replies = server.replies
        framer = Framer(maximumLength: server.configuration.limits.message)
        lastActivity = server.loop.preciseNow
        lastProgress = server.loop.now
    }

    func start() {
        stream.delegate = self
        receive()
    }

    // MARK: State

    var isClosed: Bool { if case .closed = state { true } else { false } }
    private var isOpen: Bool { if case .open = state { true } else { false } }
    private var isClosing: Bool { if case .closing = state { true } else { false } }
    private var isReadingRequests: Bool { if case .open(paused: []) = state { true } else { false } }

    private func pause(_ reason: PauseReasons) {
        if case .open(let reasons) = state { state = .open(paused: reasons.union(reason)) }
    }

    private func resume(_ reason: PauseReasons) {
        if case .open(let reasons) = state { state = .open(paused: reasons.subtracting(reason)) }
    }

    private func isPaused(for reason: PauseReasons) -> Bool {
        if case .open(let reasons) = state { reasons.contains(reason) } else { false }
    }

    /// Closes the connection when the waiting requests are answered and all replies are sent.
    func end(_ reason: CloseReason) {
        guard isOpen else { return }
        if waiting.isEmpty || server.shutdown.isLeaving { beginClosing(reason) } else { state = .draining(reason) }
    }

    private func beginClosing(_ reason: CloseReason) {
        replies.flush()
        if isClosing || isClosed { return }
        leave(reason)
        state = .closing(until: .max)
        endWriting()
    }

    private func endWriting() {
        do throws(UVError) {
            try stream.shutDownWriting()
            try linger()
        } catch {
            close(.failed(error))
        }
    }

    /// Once all replies are sent: receives and ignores what the client still sends, until it closes its side or the time is
    /// over.
    private func linger() throws(UVError) {
        guard case .closing(let end) = state else { return }
        server.connections.watch(self, after: Self.firstCheckTime)
        if !stream.isDrained {
            stream.stopReading()
        } else if inputEnded {
            state = .closing(until: 0)
            finishClosing()
        } else if end == .max {
            state = .closing(until: server.loop.now + server.lingerTime)
            try stream.startReading()
        }
    }

    /// Closes the connection if the client's system has everything. Before that, this system would hold the replies,
    /// uncounted, for a client that does not read.
    private func finishClosing() {
        guard case .closing(let end) = state, server.loop.now >= end else { return }
        stream.stopReading()
        if let error = stream.pendingError {
            close(.failed(error))
        } else if stream.isDrained, stream.isFullyAcknowledged {
            close(.clientClosed)
        }
    }

    /// Closes the connection at once; unsent replies are lost.
    func close(_ reason: CloseReason) {
        switch state {
        case .closed: return
        case .closing: if reason.limit != nil { server.note(reason, of: self) }
        case .open, .draining: leave(reason)
        }
        state = .closed
        switch reason {
        case .notReading, .heldTooMuch: stream.reset()
        default: stream.close()
        }
        server.connections.remove(self)
    }

    /// Closes the connection because the server stops: at once if nothing is lost, else as `end` does.
    func stop() {
        replies.flush()
        if stream.canCloseWithoutLoss { close(.serverStopped) } else { end(.serverStopped) }
    }

    /// Sends a refusal and closes, without reading any request. Counts also if the client has left.
    func reject(_ refusal: Refusal) {
        stream.delegate = self
        leave(.rejected(refusal))
        state = .closing(until: .max)
        reply { refusal.write(to: &$0, sequence: nil) }
        replies.flush()
        endWriting()
    }

    private func leave(_ reason: CloseReason) {
        changeWaiting { waiting in
            waiting.removeAll { number, request in
                let waiter = Waiter(connection: id, number: number)
                server.waiters.remove(waiter, of: request.task, question: request.question)
            }
        }
        input = InputBuffer()
        server.note(reason, of: self)
    }

    /// Whether a server that stops waits for the connection, for a while.
    var hasPendingWork: Bool {
        taskWithOwedResult != nil || isPaused(for: .budgetSpent) || !waiting.isEmpty || !input.isEmpty
    }

    // MARK: Requests

    /// Reads requests until the bytes are used up, or until the connection pauses or ends.
    private func readRequests(_ bytes: Span<UInt8>, from position: inout Int) {
        while isReadingRequests {
            do throws(ProtocolError) {
                switch try framer.nextMessage(in: bytes, at: &position) {
                case nil: return
                case .inRead(let range): handle(try server.reader.read(bytes.extracting(range)))
                case .inSeveralReads(let message): handle(try server.reader.read(message.span))
                }
            } catch {
                refuse(error)
            }
            budget.addRequest()
            lastProgress = lastActivity
            spendBudget()
        }
    }

    private func readBufferedRequests() {
        guard isReadingRequests, !input.isEmpty else { return }
        // Taken out, because a request may end the connection, which empties the buffer.
        let buffered = exchange(&input, with: InputBuffer())
        var position = buffered.start
        readRequests(buffered.bytes.span, from: &position)
        if isOpen { input = buffered.read(upTo: position) }
    }

    private func handle(_ message: consuming IncomingRequest) {
        switch consume message {
        case .legacy(let request):
            do throws(Refusal) {
                try request.handle(on: self)
            } catch {
                end(.refused(error))
            }
        case .request(let request, let sequence, let instance):
            usesSequenceNumbers = true
            let context = RequestContext(connection: self, sequence: sequence)
            do throws(Refusal) {
                if let instance, instance != server.instance { throw .restarted(now: server.instance) }
                try request.handle(in: context)
            } catch {
                refuse(error, sequence)
            }
        case .malformed(let refusal, let sequence):
            usesSequenceNumbers = true
            refuse(refusal, sequence)
        }
    }

    private func refuse(_ error: ProtocolError) {
        if usesSequenceNumbers { refuse(Refusal(error), nil) } else { end(.refused(Refusal(error))) }
    }

    private func refuse(_ refusal: Refusal, _ sequence: Int?) {
        server.refusals.count(refusal.code)
        reply { refusal.write(to: &$0, sequence: sequence) }
    }

    // MARK: Waiting requests

    func wait(_ request: WaitingRequest, timeout: Int? = nil) {
        let waiter = server.waiters.add(id, for: request.task, question: request.question)
        do throws(UVError) {
            try changeWaiting { waiting throws(UVError) in
                try waiting.add(request, waiter.number, timeout: timeout, on: server.loop) { [unowned self] in
                    server.waiters.remove(waiter, of: request.task, question: request.question)
                    server.deferred.notify([waiter], .timedOut)
                }
            }
        } catch {
            server.waiters.remove(waiter, of: request.task, question: request.question)
            return close(.failed(error))
        }
        budget.addWait()
        if request.sequence == nil { pause(.waitingLegacyStatus) }
        if waiting.count >= server.configuration.limits.unanswered { pause(.tooManyWaitingRequests) }
    }

    /// Ends the wait of a request; `answerEndedRequests` answers it.
    func endWait(_ number: Int, _ outcome: WaitOutcome) { changeWaiting { $0.end(number, outcome) } }

    /// Changes the waiting requests in a local variable. If another module is called while a property is changed, each use of
    /// the property is checked for exclusive access at run time, and each read uses this one several times.
    private func changeWaiting<Result, Failure>(
        _ change: (inout WaitingRequests) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var changed = exchange(&waiting, with: WaitingRequests())
        defer {
            precondition(waiting.isEmpty, "the waiting requests were changed while they were being changed")
            waiting = changed
        }
        return try change(&changed)
    }

    /// Answers requests whose wait has ended, as far as the client takes the replies and the budget allows.
    func answerEndedRequests() {
        while canAnswer, !waiting.isEmpty, let (request, task) = changeWaiting({ $0.nextEnded() }) {
            if request.sequence == nil { resume(.waitingLegacyStatus) }
            if waiting.count < server.configuration.limits.unanswered { resume(.tooManyWaitingRequests) }
            noteActivity()
            do throws(Refusal) {
                try request.answer(task, on: self)
            } catch {
                refuse(error, request.sequence)
            }
            noteResultOwed(for: request)
            spendBudget()
        }
    }

    private var canAnswer: Bool {
        switch state {
        case .open(let reasons): reasons.isDisjoint(with: [.unsentReplies, .budgetSpent])
        case .draining: stream.isDrained
        case .closing, .closed: false
        }
    }

    /// During a shutdown, a client that has received the end of its task may ask for the result.
    private func noteResultOwed(for request: WaitingRequest) {
        guard server.shutdown.isStopping else { return }
        switch request.question {
        case .status: taskWithOwedResult = request.task
        case .log: if server.queue[request.task]?.state.isFinal == true { taskWithOwedResult = request.task }
        case .result: break
        }
    }

    func didAnswerResult(of task: TaskID) {
        if taskWithOwedResult == task { taskWithOwedResult = nil }
    }

    // MARK: Budget

    private func spendBudget() {
        if replies.isFull { replies.flush() }
        if budget.isSpent { yield() }
    }

    /// Pauses until other connections were served.
    private func yield() {
        guard isOpen, !isPaused(for: .budgetSpent) else { return }
        pause(.budgetSpent)
        server.deferred.resume(self)
    }

    /// Resumes after `yield`, with a new budget.
    func resumeWithNewBudget() {
        resume(.budgetSpent)
        budget = ReadBudget()
        update()
    }

    /// Leaves buffered requests to a later loop iteration.
    func deferBufferedRequests() {
        if !input.isEmpty { yield() }
    }

    func spend(scannedRecords: Int) { budget.add(scannedRecords: scannedRecords) }

    // MARK: Output

    func reply(_ write: (inout JSONWriter) -> Void) {
        budget.add(replyBytes: replies.append(for: self, write))
    }

    /// Sends replies. The stream keeps what the socket does not take at once; until it has taken all, the connection pauses.
    /// May be called while a request is handled.
    func send(_ replies: Span<UInt8>) {
        guard !isClosed else { return }
        noteActivity()
        do throws(UVError) { try stream.write(replies) } catch { return close(.failed(error)) }
        if stream.isDrained { return }
        pause(.unsentReplies)
        stream.stopReading()
        server.connections.watch(self, after: Self.firstCheckTime)
        server.connections.count(self)
    }

    // MARK: Progress

    /// Does what can be done now: answers, reads buffered requests, receives more, closes. Called after every event.
    func update() {
        answerEndedRequests()
        readBufferedRequests()
        if replies.isFull { replies.flush() }
        if case .draining(let reason) = state, waiting.isEmpty { beginClosing(reason) }
        // Most times nothing has changed.
        defer { if heldBytes != countedBytes { server.connections.count(self) } }
        guard isOpen else { return }

        if server.shutdown.isLeaving, !hasPendingWork {
            stop()
        } else if inputEnded, waiting.isEmpty, input.isEmpty {
            end(framer.isInsideMessage ? .unfinishedMessage : .clientClosed)
        } else {
            receive()
        }
    }

    /// Receives more bytes, unless the client takes no replies or the input buffer is full.
    private func receive() {
        if isPaused(for: .unsentReplies) || input.isFull || inputEnded {
            stream.stopReading()
            server.connections.watch(self, after: server.vanishedCheckTime)
        } else {
            do throws(UVError) { try stream.startReading() } catch { close(.failed(error)) }
        }
    }

    private func noteActivity() { lastActivity = server.loop.now }

    // MARK: Checks, at intervals

    /// Closes the connection if the client is gone or takes no replies.
    ///
    /// - Returns: when to check again, in milliseconds; nil if that is not necessary.
    func check() -> UInt64? {
        finishClosing()
        guard !isClosed else { return nil }
        if let error = stream.pendingError {
            close(.failed(error))
            return nil
        }
        if !isClosing, stream.hasHungUp, input.isEmpty, !stream.hasUnreadInput {
            close(.clientClosed)
            return nil
        }
        guard isClosing || !stream.isDrained else {
            unacknowledged.bytes = 0
            return stream.isReading ? nil : server.vanishedCheckTime
        }
        let bytes = stream.unacknowledgedBytes
        let now = server.loop.preciseNow
        if bytes < unacknowledged.bytes || unacknowledged.bytes == 0 { unacknowledged.since = now }
        unacknowledged.bytes = bytes
        let timeout = UInt64(server.configuration.limits.writeTime)
        if bytes > 0, now - unacknowledged.since >= timeout {
            close(.notReading)
            return nil
        }
        return min(timeout / 8, isClosing ? Self.closingCheckTime : Self.stallCheckTime)
    }

    /// Since when the connection has been idle; nil if the client is not expected to do anything.
    var idleStart: UInt64? { isReadingRequests && waiting.isEmpty ? lastActivity : nil }

    // MARK: Memory

    /// The memory in use beyond that of an idle connection, in bytes, approximately.
    var heldBytes: Int { stalledBytes + waiting.heldBytes }

    /// The part that the client could reduce by sending or receiving.
    private var stalledBytes: Int { framer.heldBytes + input.count + stream.unsentBytes }

    /// The weight of the connection when all connections together hold too much. Bytes that the client does not move weigh ten
    /// times as much after a second.
    var burden: Int {
        // The first activity may have a later time than the loop iteration.
        let age = max(0, Int(server.loop.now) - Int(lastProgress))
        let (weighted, overflow) = stalledBytes.multipliedReportingOverflow(by: 100 + age)
        return waiting.heldBytes + (overflow ? .max / 2 : weighted / 100)
    }
}

extension Connection: StreamDelegate {
    func streamDidRead(_ bytes: Span<UInt8>) {
        guard isOpen else { return }
        noteActivity()
        if !budget.isLight, server.iterationIsLong { yield() }
        var position = 0
        if input.isEmpty { readRequests(bytes, from: &position) }
        if isOpen, position < bytes.count {
            // In a local variable, as in `changeWaiting`.
            var unread = exchange(&input, with: InputBuffer())
            unread.append(bytes.extracting(position...))
            input = unread
        }
        update()
    }

    func streamDidEnd(_ error: UVError?) {
        if let error { return close(.failed(error)) }
        inputEnded = true
        // Nothing is read any more, so the system does not report that the client has gone.
        if case .draining = state { server.connections.watch(self, after: server.vanishedCheckTime) }
        proceed()
    }

    func streamDidDrain() {
        lastProgress = server.loop.now
        unacknowledged.bytes = 0
        noteActivity()
        resume(.unsentReplies)
        proceed()
    }

    private func proceed() {
        guard isClosing else { return update() }
        do throws(UVError) { try linger() } catch { close(.failed(error)) }
    }
}
