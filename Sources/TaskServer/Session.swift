import Libuv
import TaskQueue
import Wire

/// One connection: bytes in, requests to the server, replies out, in the order of the requests.
///
/// It pauses while a `status` is held until its task has ended, while the client does not take its replies, and
/// where others should have their turn: what comes in meanwhile goes into a bounded backlog, and when that is full,
/// nothing is read.
final class Session {
    /// How many bytes of replies may gather before they go to the socket.
    private static let outputLimit = 65536

    /// How many bytes of replies may go out before other sessions have their turn.
    private static let turnLimit = 262_144

    /// How long a client may go on sending after its connection was ended, in milliseconds. Closing
    /// earlier would reset the connection, and with it replies that the client has not read yet.
    private static let lingerTime: UInt64 = 1000

    enum Phase {
        case open
        /// No request is read any more; replies still go out.
        case ending
        case closed
    }

    let id: ConnectionID
    unowned let server: TaskServer
    let stream: TCPStream
    private var framer: LineFramer
    private(set) var phase = Phase.open
    /// The client will send nothing more.
    private var inputEnded = false
    /// The task on whose end a `status` waits.
    private(set) var heldTask: TaskID?
    private var backlog = Backlog()
    /// It has had its turn, and goes on in the loop's next round.
    private var hasYielded = false
    private var idleWatch: IdleWatch?
    private var lingerTimer: Timer?

    /// A held `status` was answered while the server stops: the client may still ask for the result, once.
    var mayAskForResult = false

    init(_ id: ConnectionID, _ stream: TCPStream, of server: TaskServer) {
        self.id = id
        self.stream = stream
        self.server = server
        framer = LineFramer(maximumLength: server.configuration.maximumMessage)
    }

    /// Begins to read.
    func start() throws(UVError) {
        stream.delegate = self
        if let timeout = server.configuration.idleTimeout {
            idleWatch = try IdleWatch(
                on: stream.loop, timeout: timeout,
                isBusy: { [self] in isPaused || phase != .open || stream.hasUnreadInput },
                onIdle: { [self] in close(.idle) })
        }
        try stream.startReading()
    }

    private var isPaused: Bool { heldTask != nil || hasYielded || !stream.isDrained }

    // MARK: Input

    /// Reads requests until the bytes are used up, or until the session pauses or ends.
    private func read(_ bytes: Span<UInt8>, from position: inout Int) {
        var sent = 0
        while phase == .open, !isPaused, let event = framer.next(in: bytes, at: &position) {
            switch event {
            case .message:
                do throws(BrokenMessage) {
                    let request = try framer.withMessage(in: bytes) { message throws(BrokenMessage) in
                        try server.reader.request(message)
                    }
                    guard case .classic(let classic) = request else { throw BrokenMessage.unknownRequest }
                    answer(classic)
                } catch {
                    end(.broken(error))
                }
            case .broken(let message):
                end(.broken(message))
            }
            guard server.output.count >= Self.outputLimit else { continue }
            sent += server.output.count
            flush()
            if sent >= Self.turnLimit { yield() }
        }
    }

    private func readBacklog() {
        guard !backlog.isEmpty else { return }
        // Taken out, so that what is read may end the session, which empties the backlog.
        var (bytes, position) = backlog.take()
        read(bytes.span, from: &position)
        if phase == .open { backlog.putBack(bytes, from: position) }
    }

    private func yield() {
        guard phase == .open else { return }
        hasYielded = true
        server.continueLater(self)
    }

    /// Goes on after a turn of the others.
    func proceed() {
        hasYielded = false
        settle()
    }

    // MARK: Output

    func reply(_ reply: ClassicReply) {
        reply.write(to: &server.output)
    }

    /// Holds what follows until a task has ended.
    func hold(for task: TaskID) {
        server.queue.addWaiter(id, for: task)
        heldTask = task
    }

    /// The task on whose end a `status` waited has ended.
    func heldTaskDidEnd(in state: TaskState) {
        heldTask = nil
        mayAskForResult = server.isStopping
        idleWatch?.noteActivity()
        reply(.status(state))
        settle()
    }

    private func flush() {
        guard !server.output.isEmpty else { return }
        // Out of the property, so that a failure may end the session, which may let others write.
        let bytes = exchange(&server.output, with: [])
        idleWatch?.noteActivity()
        if phase != .closed {
            do throws(UVError) { try stream.write(bytes.span) } catch { close(.failed(error)) }
        }
        server.recycle(output: bytes)
    }

    /// After anything happened: goes on with what waited, sends the replies, and reads on or not.
    private func settle() {
        if !isPaused { readBacklog() }
        flush()
        guard phase == .open else { return }

        if server.isLeaving, !hasBusiness {
            stop()
        } else if inputEnded, heldTask == nil, backlog.isEmpty {
            if framer.isInsideMessage { end(.broken(.unfinished)) } else { end(.clientEnded) }
        } else if !stream.isDrained || backlog.isFull {
            stream.stopReading()
        } else if !inputEnded {
            do throws(UVError) { try stream.startReading() } catch { close(.failed(error)) }
        }
    }

    // MARK: The end

    /// Reads no more requests, lets the replies go out, and closes.
    func end(_ reason: ClosingReason) {
        guard phase == .open else { return }
        flush()
        guard phase == .open else { return }
        leave(reason, for: .ending)
        do throws(UVError) {
            try stream.shutDownWriting()
            try proceedToClose()
        } catch {
            close(.failed(error))
        }
    }

    /// Once the replies have gone out, waits for the client's end, and takes what it still sends.
    private func proceedToClose() throws(UVError) {
        if !stream.isDrained { return stream.stopReading() }
        if inputEnded { return close(.clientEnded) }
        guard lingerTimer == nil else { return }
        let timer = try Timer(on: stream.loop)
        lingerTimer = timer
        timer.start(after: Self.lingerTime) { [self] in close(.clientEnded) }
        try stream.startReading()
    }

    /// Whether a server that stops should wait for it, though not for ever.
    var hasBusiness: Bool { mayAskForResult || hasYielded || !backlog.isEmpty }

    /// Ends the session because the server stops: at once where nothing can be lost, else as `end` does.
    func stop() {
        if stream.mayCloseSilently { close(.serverStopped) } else { end(.serverStopped) }
    }

    /// Closes at once, whatever is still to be sent.
    func close(_ reason: ClosingReason) {
        guard phase != .closed else { return }
        leave(reason, for: .closed)
        lingerTimer?.close()
        stream.close()
        server.sessionDidClose(self)
    }

    private func leave(_ reason: ClosingReason, for next: Phase) {
        if phase == .open {
            idleWatch?.close()
            if heldTask != nil { server.queue.removeWaiter(id) }
            heldTask = nil
            backlog = Backlog()
            server.note(reason, of: self)
        }
        phase = next
    }
}

extension Session: TCPStreamDelegate {
    func streamDidRead(_ bytes: Span<UInt8>) {
        guard phase == .open else { return }
        idleWatch?.noteActivity()
        var position = 0
        if backlog.isEmpty { read(bytes, from: &position) }
        if phase == .open, position < bytes.count { backlog.append(bytes.extracting(position...)) }
        settle()
    }

    func streamDidEnd(_ error: UVError?) {
        if let error { return close(.failed(error)) }
        inputEnded = true
        goOn()
    }

    func streamDidDrain() {
        idleWatch?.noteActivity()
        goOn()
    }

    private func goOn() {
        guard phase == .ending else { return settle() }
        do throws(UVError) { try proceedToClose() } catch { close(.failed(error)) }
    }
}
