import Libuv

/// The replies of many sessions, on their way to their sockets: what is read in a round of the loop is answered at its end,
/// all together, so that a client that is woken finds many replies, and the processor's caches one work at a time.
struct Outbox: ~Copyable {
    /// How many bytes may gather before they go to the sockets.
    private static let mostBytes = 65_536

    /// The replies of so many sessions gather.
    private static let mostParts = 64

    /// Lines, those of one session in one piece.
    var bytes: [UInt8] = []
    /// Whose replies they are, and where they end; that is not yet so for the last ones.
    private var parts: [(session: Session, end: Int)] = []

    var isEmpty: Bool { bytes.isEmpty }

    /// It is time to send.
    var isFull: Bool { bytes.count >= Self.mostBytes || parts.count >= Self.mostParts }

    /// From here on, what is appended are replies of this session.
    mutating func begin(for session: Session) {
        endLast()
        parts.append((session, bytes.count))
    }

    private mutating func endLast() {
        if !parts.isEmpty { parts[parts.count - 1].end = bytes.count }
    }

    /// Whether what is appended next is this session's.
    func isOpen(for session: Session) -> Bool { parts.last?.session === session }

    /// Hands all to the sockets, in the order in which they were written, and forgets them.
    ///
    /// - Returns: the sessions whose sockets have not taken everything.
    mutating func send() -> [Session] {
        endLast()
        var start = 0
        for (session, end) in parts {
            session.send(bytes.span.extracting(start..<end))
            start = end
        }
        let stuck = parts.filter { !$0.session.stream.isDrained }.map(\.session)
        removeAll()
        return stuck
    }

    /// Forgets all, and keeps the memory, unless one large result made that large.
    private mutating func removeAll() {
        parts.removeAll(keepingCapacity: true)
        if bytes.capacity <= 1 << 20 { bytes.removeAll(keepingCapacity: true) } else { bytes = [] }
    }
}

extension TaskServer {
    /// From here on, what is written to the outbox are replies of this session.
    func beginReplies(of session: Session) {
        if !outbox.isOpen(for: session) { outbox.begin(for: session) }
    }

    /// Hands to the sockets what has gathered.
    func sendReplies() {
        guard !outbox.isEmpty else { return }
        // Out of the property: whoever can't be sent to is closed, which may stop the server.
        var sent = exchange(&outbox, with: Outbox())
        let stuck = sent.send()
        if outbox.isEmpty { outbox = sent }
        for session in stuck { session.holdBack() }
    }
}
