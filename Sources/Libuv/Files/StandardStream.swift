import CLibuv

/// The standard input of the process. Reads block, so a `SignalHandle` calls back only after them.
package enum StandardInput {
    package static var isTerminal: Bool { Terminal(descriptor: 0) != nil }

    /// See `SmallFile.read(upTo:from:)`.
    package static func read(upTo count: Int) throws(UVError) -> [UInt8] {
        try SmallFile.read(upTo: count, from: 0)
    }
}

/// An output stream of the process. Writes block if the reader is slow.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    package func write(_ text: String) throws(UVError) {
        try write(Array(text.utf8))
    }

    package func write(_ bytes: [UInt8]) throws(UVError) {
        try SmallFile.write(bytes, to: rawValue)
    }

    /// Returns when nobody can read what is written any more (`poll`). Never for a file.
    package func waitForHangUp() {
        // Errors and hang-ups are reported without being asked for.
        while !SmallFile.waitUntilReady(rawValue, 0) {}
    }
}

/// A terminal that an output stream is connected to.
package struct Terminal: Sendable {
    private let descriptor: Int32

    /// Nil if the stream is not connected to a terminal (`uv_guess_handle`).
    package init?(_ stream: StandardStream) {
        self.init(descriptor: stream.rawValue)
    }

    init?(descriptor: Int32) {
        guard uv_guess_handle(descriptor) == UV_TTY else { return nil }
        self.descriptor = descriptor
    }

    /// The current width in characters, or 80 if it is unknown.
    package var columns: Int { known(uv_task_window(descriptor).ws_col) ?? 80 }

    /// The current height in lines, or 24 if it is unknown.
    package var rows: Int { known(uv_task_window(descriptor).ws_row) ?? 24 }

    /// Serial terminals and new pseudo-terminals report 0.
    private func known(_ size: UInt16) -> Int? { size > 0 ? Int(size) : nil }
}
