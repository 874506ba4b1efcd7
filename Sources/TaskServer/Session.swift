import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// One connection: bytes in, requests to the server, replies out; those to classic requests in their order.
///
/// It pauses while a classic `status` is held until its task has ended, while the client does not take its replies, and
/// where others should have their turn: what comes in meanwhile goes into a bounded backlog, and when that is full,
/// nothing is read. Requests with a `seq` that wait for a task's end make it pause only where they are too many.
final class Session {
    enum Phase {
        case open
        /// No request is read any more; replies still go out.
        case ending
        case closed
    }

    // In an order that leaves few gaps, and what most do without in objects of their own: there are as many sessions as
    // connections.

    let id: ConnectionID
    /// It lets go of the session when that is closed. Not unowned: to be asked at each use whether it is still there takes time.
    let server: TaskServer
    let stream: TCPStream
    private(set) var framer: LineFramer
    var phase = Phase.open
    /// The client will send nothing more.
    private(set) var inputEnded = false
    /// A valid `seq` came in: what is wrong is answered from here on, instead of ending the connection.
    var usesNumbers = false
    /// It has had its turn, and goes on in the loop's next round.
    private(set) var hasYielded = false
    /// Requests that wait for a task's end; nil where there was none yet.
    private(set) var waits: SessionWaits?
    /// What it has done in this turn.
    var turn = Turn()
    private(set) var rare: SessionRareState?
    /// What `heldBytes` was when it was last counted.
    var countedBytes = 0
    /// When a whole message was last taken from the client, or it took all replies, on the loop's clock.
    private(set) var lastProgress: UInt64

    init(_ id: ConnectionID, _ stream: TCPStream, of server: TaskServer) {
        self.id = id
        self.stream = stream
        self.server = server
        framer = LineFramer(maximumLength: server.configuration.maximumMessage)
        lastProgress = server.loop.now
    }

    /// Begins to read.
    func start() throws(UVError) {
        stream.delegate = self
        if let timeout = server.configuration.idleTimeout {
            makeRareState().idle = try IdleWatch(
                on: stream.loop, timeout: timeout,
                isBusy: { [self] in isPaused || hasWaits || phase != .open || stream.hasUnreadInput },
                onIdle: { [self] in close(.idle) })
        }
        try stream.startReading()
    }

    private var isPaused: Bool {
        held != nil || hasYielded || endReason != nil || !stream.isDrained
            || waits.map { $0.count >= server.configuration.maximumUnanswered } == true
    }
    var hasBacklog: Bool { rare?.backlog?.isEmpty == false }
    var hasWaits: Bool { waits?.isEmpty == false }
    /// The classic `status` that is held until its task has ended.
    var held: HeldStatus? { waits?.held }
    /// Why it ends once the requests that wait are answered.
    private var endReason: ClosingReason? { rare?.endReason }

    func makeWaits() -> SessionWaits {
        let waits = waits ?? SessionWaits()
        self.waits = waits
        return waits
    }

    func makeRareState() -> SessionRareState {
        let rare = rare ?? SessionRareState()
        self.rare = rare
        return rare
    }

    // MARK: Input

    /// Reads requests until the bytes are used up, or until the session pauses or ends.
    private func read(_ bytes: Span<UInt8>, from position: inout Int) {
        var requests = 0
        // Out of the property, to which each access would be checked; nobody asks it meanwhile, and it would hold nothing.
        var framer = exchange(&self.framer, with: LineFramer(maximumLength: server.configuration.maximumMessage))
        while phase == .open, !isPaused {
            do throws(BrokenMessage) {
                guard let request = try server.reader.nextRequest(&framer, in: bytes, at: &position) else { break }
                answer(request)
            } catch {
                refuse(error)
            }
            requests += 1
            pace()
        }
        self.framer = framer
        if requests > 0 { lastProgress = server.loop.now }
        turn.add(requests: requests)
    }

    /// Sends what has gathered, and lets others have their turn, where it is time to.
    func pace() {
        if server.outbox.isFull { server.sendReplies() }
        if turn.isOver, !hasYielded { yield() }
    }

    private func answer(_ request: consuming IncomingRequest) {
        switch consume request {
        case .classic(let request): answer(request)
        case .numbered(let request): answer(request)
        case .refused(let sequence, let error):
            usesNumbers = true
            refuse(error, sequence)
        }
    }

    private func refuse(_ broken: BrokenMessage) {
        if usesNumbers { refuse(RequestError(broken), nil) } else { end(.broken(broken)) }
    }

    private func readBacklog() {
        guard let backlog = rare?.backlog, hasBacklog else { return }
        // Taken out, so that what is read may end the session, which empties the backlog.
        var (bytes, position) = backlog.take()
        read(bytes.span, from: &position)
        if phase == .open, endReason == nil { backlog.putBack(bytes, from: position) }
    }

    private func keep(_ bytes: Span<UInt8>) {
        let rare = makeRareState()
        let backlog = rare.backlog ?? Backlog()
        rare.backlog = backlog
        backlog.append(bytes)
    }

    /// Has what follows read in a turn of its own.
    func leaveBacklogForLater() {
        if hasBacklog, !hasYielded { yield() }
    }

    private func yield() {
        guard phase == .open else { return }
        hasYielded = true
        server.continueLater(self)
    }

    /// Goes on after a turn of the others.
    func proceed() {
        hasYielded = false
        turn = Turn()
        settle()
    }

    // MARK: Output

    func reply(_ reply: ClassicReply) {
        turn.add(replyBytes: server.outbox.append(for: self) { reply.write(to: &$0) })
    }

    func reply(_ reply: Reply, _ sequence: Int?) {
        turn.add(replyBytes: server.outbox.append(for: self) { reply.write(to: &$0, sequence: sequence) })
    }

    /// Hands replies to the socket.
    func send(_ replies: Span<UInt8>) {
        guard phase != .closed else { return }
        rare?.idle?.noteActivity()
        do throws(UVError) { try stream.write(replies) } catch { close(.failed(error)) }
    }

    /// After replies were sent that the socket has not all taken: nothing is read until it has. The session may be at work.
    func holdBack() {
        guard phase != .closed else { return }
        watchWriting()
        if phase == .open { stopReading() }
        server.countHeldBytes(of: self)
    }

    private func stopReading() {
        stream.stopReading()
        server.lookForVanished()
    }

    /// After anything happened: goes on with what waited, and reads on or not. The replies go out when the round ends.
    func settle() {
        answerWaits()
        if !isPaused { readBacklog() }
        if server.outbox.isFull { server.sendReplies() }
        if let endReason, !hasWaits { end(endReason) }
        defer { server.countHeldBytes(of: self) }
        watchWriting()
        guard phase == .open else { return }

        if server.isLeaving, !hasPendingWork {
            stop()
        } else if inputEnded, held == nil, !hasWaits, !hasBacklog {
            if framer.isInsideMessage { end(.broken(.unfinished)) } else { end(.clientEnded) }
        } else if !stream.isDrained || rare?.backlog?.isFull == true {
            stopReading()
        } else if inputEnded {
            server.lookForVanished()
        } else {
            do throws(UVError) { try stream.startReading() } catch { close(.failed(error)) }
        }
    }
}

extension Session: ByteStreamDelegate {
    func streamDidRead(_ bytes: Span<UInt8>) {
        guard phase == .open, endReason == nil else { return }
        rare?.idle?.noteActivity()
        if !turn.isLight, !hasYielded, server.isRoundOver { yield() }
        var position = 0
        if !hasBacklog { read(bytes, from: &position) }
        if phase == .open, endReason == nil, position < bytes.count { keep(bytes.extracting(position...)) }
        if !isAtRest { settle() }
    }

    /// Nothing waits, and nothing is held: most reads end so, and there is nothing to be settled then.
    private var isAtRest: Bool {
        waits == nil && rare?.isAtRest != false && countedBytes == 0 && framer.heldBytes == 0 && phase == .open
            && !hasYielded && !inputEnded && stream.isDrained && stream.isReading && !server.isLeaving
            && !server.outbox.isFull
    }

    func streamDidEnd(_ error: UVError?) {
        if let error { return close(.failed(error)) }
        inputEnded = true
        goOn()
    }

    func streamDidDrain() {
        lastProgress = server.loop.now
        rare?.idle?.noteActivity()
        goOn()
    }

    private func goOn() {
        guard phase == .ending else { return settle() }
        watchWriting()
        do throws(UVError) { try proceedToClose() } catch { close(.failed(error)) }
    }
}
