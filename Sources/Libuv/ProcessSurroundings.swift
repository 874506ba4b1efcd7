import CLibuv

/// The number of this process (`uv_os_getpid`).
package var processIdentifier: Int { Int(uv_os_getpid()) }

/// The process's output streams.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all of `text`, waiting where the reader is slow.
    package func write(_ text: String) throws(UVError) {
        try SmallFile.write(Array(text.utf8), to: rawValue)
    }
}
