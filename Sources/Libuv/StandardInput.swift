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
}
