import JSON
import Libuv
import TaskQueue

/// The replies of all connections since the last flush. What is read in one loop iteration is answered together at its end:
/// replies of one connection share a write, and a client that wakes up finds all of them.
final class ReplyBuffer {
    /// With this many bytes, or the replies of this many connections, the buffer is flushed before the iteration ends.
    private static let limit = (bytes: 65_536, connections: 24)

    /// More memory than this is not kept for reuse.
    private static let keptCapacity = 1 << 20

    private struct Part {
        let connection: Connection
        /// The end of its replies, which begin at the end of the part before.
        var end: Int
    }

    private struct Contents: ~Copyable {
        var writer = JSONWriter()
        var parts: [Part] = []
        /// The connection of the last part. Comparing with the part itself would retain it.
        var last: ObjectIdentifier?
    }

    private var contents = Contents()

    /// The buffer should be flushed now.
    private(set) var isFull = false

    /// Has a reply written for a connection.
    ///
    /// - Returns: the number of bytes written.
    func append(for connection: Connection, _ write: (inout JSONWriter) -> Void) -> Int {
        // In a local variable, as in `Connection.changeWaiting`.
        var changed = exchange(&contents, with: Contents())
        let start = changed.writer.count
        write(&changed.writer)
        let end = changed.writer.count
        if changed.last != ObjectIdentifier(connection) {
            changed.last = ObjectIdentifier(connection)
            changed.parts.append(Part(connection: connection, end: end))
        } else {
            changed.parts[changed.parts.count - 1].end = end
        }
        isFull = end >= Self.limit.bytes || changed.parts.count >= Self.limit.connections
        let replaced = exchange(&contents, with: changed)
        precondition(replaced.parts.isEmpty, "a reply was written while another one was being written")
        return end - start
    }

    /// Passes all replies to their connections, in the order in which they were written.
    func flush() {
        guard !contents.parts.isEmpty else { return }
        // Taken out, because sending may close connections, which may write replies or flush again.
        var sent = exchange(&contents, with: Contents())
        isFull = false
        var start = 0
        for part in sent.parts {
            part.connection.send(sent.writer.bytes.extracting(start..<part.end))
            start = part.end
        }
        guard contents.parts.isEmpty else { return }
        sent.writer.removeAll(keepingCapacity: Self.keptCapacity)
        sent.parts.removeAll(keepingCapacity: true)
        sent.last = nil
        contents = sent
    }
}
