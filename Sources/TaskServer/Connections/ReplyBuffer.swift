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

    /// One value, so that a reply needs one exclusive access.
    private struct Contents: ~Copyable {
        var writer = JSONWriter()
        var parts: [Part] = []

        /// - Returns: the number of bytes written, and whether the buffer is full.
        mutating func append(
            for connection: Connection, _ write: (inout JSONWriter) -> Void
        ) -> (bytes: Int, isFull: Bool) {
            let start = writer.count
            write(&writer)
            if parts.last?.connection !== connection { parts.append(Part(connection: connection, end: 0)) }
            parts[parts.count - 1].end = writer.count
            return (writer.count - start, writer.count >= limit.bytes || parts.count >= limit.connections)
        }
    }

    private var contents = Contents()

    /// The buffer should be flushed now. Outside `contents`, so that each request needs one exclusive access less.
    private(set) var isFull = false

    /// Has a reply written for a connection.
    ///
    /// - Returns: the number of bytes written.
    func append(for connection: Connection, _ write: (inout JSONWriter) -> Void) -> Int {
        let result = contents.append(for: connection, write)
        isFull = result.isFull
        return result.bytes
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
        for part in sent.parts { part.connection.didSend() }
        guard contents.parts.isEmpty else { return }
        sent.writer.removeAll(keepingCapacity: Self.keptCapacity)
        sent.parts.removeAll(keepingCapacity: true)
        contents = sent
    }
}
