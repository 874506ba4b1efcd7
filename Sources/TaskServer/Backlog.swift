import TaskCore
import TaskProtocol

/// Bytes that came in and are not read yet, because the session pauses.
///
/// What was read of them is dropped now and then, so that the memory follows what is left, not what came.
final class Backlog {
    /// How many bytes may wait before no more are taken from the socket.
    static let limit = 65536

    private var bytes: [UInt8] = []
    /// How many of `bytes` were read already; fewer than `limit`, or `bytes` is empty.
    private var start = 0

    var isEmpty: Bool { bytes.isEmpty }
    var isFull: Bool { bytes.count - start >= Self.limit }
    /// How many bytes are held.
    var count: Int { bytes.count }

    func append(_ more: Span<UInt8>) {
        if start >= Self.limit {
            bytes.removeSubrange(..<start)
            start = 0
        }
        bytes.append(copying: more)
    }

    /// Takes everything out.
    ///
    /// - Returns: the bytes, and how many of them were read already.
    func take() -> (bytes: [UInt8], start: Int) {
        (exchange(&bytes, with: []), exchange(&start, with: 0))
    }

    /// Puts back what was taken out, as far as it was not read up to `position`.
    func putBack(_ taken: [UInt8], from position: Int) {
        guard position < taken.count else { return }
        bytes = taken
        start = position
    }
}
