import TaskCore

/// Bytes that were received while the connection was paused and are not read yet.
///
/// Bytes that were read are removed now and then, so memory follows what is unread.
struct InputBuffer {
    /// With this many unread bytes no more are taken from the socket.
    private static let limit = 65536

    private var bytes: [UInt8] = []
    /// The number of `bytes` that were read; less than `limit` unless `bytes` is empty.
    private var start = 0

    var isEmpty: Bool { bytes.isEmpty }
    var isFull: Bool { bytes.count - start >= Self.limit }
    /// The number of bytes of memory in use.
    var count: Int { bytes.count }

    mutating func append(_ more: Span<UInt8>) {
        if start >= Self.limit {
            bytes.removeSubrange(..<start)
            start = 0
        }
        bytes.append(copying: more)
    }

    /// Takes all bytes out.
    ///
    /// - Returns: the bytes, and the index of the first one that is unread.
    mutating func take() -> (bytes: [UInt8], start: Int) { (exchange(&bytes, with: []), exchange(&start, with: 0)) }

    /// Puts the bytes back that were taken out, unless all were read.
    ///
    /// - Parameter position: the index of the first unread byte.
    mutating func putBack(_ taken: [UInt8], from position: Int) {
        guard position < taken.count else { return }
        bytes = taken
        start = position
    }
}
