import TaskCore

/// Bytes that were received while the connection was paused and are not read yet.
///
/// Bytes that were read are removed now and then, so memory follows what is unread.
struct InputBuffer {
    /// With this many unread bytes no more are taken from the socket.
    private static let limit = 65536

    private(set) var bytes: [UInt8] = []
    /// The number of `bytes` that were read.
    private(set) var start = 0

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

    /// The buffer once the bytes before `position` are read: empty if all are.
    consuming func read(upTo position: Int) -> InputBuffer {
        guard position < bytes.count else { return InputBuffer() }
        start = position
        return self
    }
}
