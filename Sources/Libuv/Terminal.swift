import CLibuv

/// The terminal that an output stream goes to, with its size as it is now: `Signal.windowChange` tells of another one.
package struct Terminal: Sendable {
    private let descriptor: Int32

    /// Nil where the stream goes elsewhere (`uv_guess_handle`).
    package init?(_ stream: StandardStream) {
        self.init(descriptor: stream.rawValue)
    }

    init?(descriptor: Int32) {
        guard uv_guess_handle(descriptor) == UV_TTY else { return nil }
        self.descriptor = descriptor
    }

    /// Its width in characters, asked for at each call; at least 1, and 80 where it can't be told (`ioctl`).
    package var columns: Int { known(uv_task_columns(descriptor)) ?? 80 }

    /// Its height in lines, asked for at each call; at least 1, and 24 where it can't be told (`ioctl`).
    package var rows: Int { known(uv_task_rows(descriptor)) ?? 24 }

    /// Terminals behind a serial line or a bare pty say 0.
    private func known(_ size: Int32) -> Int? { size > 0 ? Int(size) : nil }
}
