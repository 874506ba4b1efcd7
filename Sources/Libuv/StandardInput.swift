import CLibuv

/// The process's input, read while nothing else waits: a signal that is watched is told only after the read.
package enum StandardInput {
    private static let descriptor: Int32 = 0

    /// Whether somebody may be typing (`uv_guess_handle`).
    package static var isTerminal: Bool { Terminal(descriptor: descriptor) != nil }

    /// Reads once, waiting until something is there (`uv_fs_read`, `poll`).
    ///
    /// - Parameter count: the most bytes to read; at least 1.
    /// - Returns: what is there by then; empty at the input's end.
    package static func read(upTo count: Int) throws(UVError) -> [UInt8] {
        try SmallFile.read(upTo: count, from: descriptor)
    }

    /// Reads what is left of the input, waiting for its end.
    ///
    /// - Parameter limit: the most bytes to accept; 0 or more.
    /// - Returns: nil where there are more than `limit` bytes: `limit` + 1 of them are read then, and lost.
    package static func readToEnd(limit: Int) throws(UVError) -> [UInt8]? {
        precondition(limit >= 0)
        var bytes: [UInt8] = []
        while true {
            let isFull = bytes.count == limit
            let part = try read(upTo: isFull ? 1 : min(limit - bytes.count, 65536))
            if part.isEmpty { return bytes }
            if isFull { return nil }
            bytes += part
        }
    }
}
