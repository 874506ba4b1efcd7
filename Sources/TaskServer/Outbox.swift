import Libuv
import TaskQueue

/// The replies of many sessions, on their way to their sockets: what is read in a round of the loop is answered at its end,
/// all together, so that a client that is woken finds many replies, and the processor's caches one work at a time.
final class Outbox {
    /// How many bytes may gather before they go to the sockets.
    private static let mostBytes = 65_536

    /// The replies of so many sessions gather.
    private static let mostParts = 24

    private struct Replies {
        /// Lines, those of one session in one piece.
        var bytes: [UInt8] = []
        /// Whose they are, and where they end; that is not yet so for the last ones.
        var parts: [(session: Session, end: Int)] = []
        /// Whose the last ones are.
        var last = ConnectionID.none

        /// From here on, what is appended are replies of this session.
        mutating func begin(for session: Session) {
            endLast()
            parts.append((session, bytes.count))
            last = session.id
        }

        mutating func endLast() {
            if !parts.isEmpty { parts[parts.count - 1].end = bytes.count }
        }

        /// Forgets all, and keeps the memory.
        mutating func removeAll() {
            bytes.removeAll(keepingCapacity: true)
            parts.removeAll(keepingCapacity: true)
            last = .none
        }
    }

    private var replies = Replies()

    /// It is time to send. Asked at each request, hence not looked up in the replies.
    private(set) var isFull = false

    /// How many bytes have gathered.
    var count: Int { replies.bytes.count }

    /// Has a session write a reply.
    ///
    /// - Returns: how many bytes it wrote.
    func append(for session: Session, _ write: (inout [UInt8]) -> Void) -> Int {
        let (count, isFull) = Self.append(to: &replies, for: session, write)
        if isFull { self.isFull = true }
        return count
    }

    private static func append(
        to replies: inout Replies, for session: Session, _ write: (inout [UInt8]) -> Void
    ) -> (count: Int, isFull: Bool) {
        if replies.last.rawValue != session.id.rawValue { replies.begin(for: session) }
        let start = replies.bytes.count
        write(&replies.bytes)
        let end = replies.bytes.count
        return (end - start, end >= mostBytes || replies.parts.count >= mostParts)
    }

    /// Hands all to the sockets, in the order in which they were written, and forgets them.
    ///
    /// - Returns: the sessions whose sockets have not taken everything.
    func send() -> [Session] {
        // Out of the property: whoever can't be sent to is closed, which may stop the server.
        var sent = exchange(&replies, with: Replies())
        isFull = false
        sent.endLast()
        var stuck: [Session] = []
        var start = 0
        for (session, end) in sent.parts {
            session.send(sent.bytes.span.extracting(start..<end))
            start = end
            if !session.stream.isDrained { stuck.append(session) }
        }
        // The memory is kept, unless one large result made that large, or others have begun anew.
        if count == 0, sent.bytes.capacity <= 1 << 20 {
            sent.removeAll()
            replies = sent
        }
        return stuck
    }
}

extension TaskServer {
    /// Hands to the sockets what has gathered.
    func sendReplies() {
        for session in outbox.send() { session.holdBack() }
    }
}
