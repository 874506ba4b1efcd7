import Libuv
package import Logging
import Synchronization

/// A log handler that never blocks. If the stream does not take a line at once, the line is dropped, and the number of
/// dropped lines is logged before the next line that the stream takes.
///
/// With a blocking handler, an unread pipe or a terminal stopped by ^S would stop the server.
package struct NonBlockingLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let now: @Sendable () -> Int
    private let output: LineOutput

    /// - Parameters:
    ///   - label: the program's name, which every line contains.
    ///   - stream: the name of the stream in messages.
    ///   - now: the Unix time in milliseconds.
    ///   - write: see `NonBlockingOutput.write`.
    init(
        label: String, stream: String, now: @escaping @Sendable () -> Int,
        write: @escaping @Sendable (ArraySlice<UInt8>) throws(UVError) -> Int
    ) {
        self.label = label
        self.now = now
        output = LineOutput(stream: stream, write: write)
    }

    /// Logs to standard error.
    package init(label: String) {
        let errors = NonBlockingOutput(.error)
        self.init(label: label, stream: "stderr", now: wallClock) { bytes throws(UVError) in try errors.write(bytes) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Logs `2026-11-23T11:38:11+0000 notice uv-taskd: [TaskServer] stopped`, the format of swift-log's own handler.
    package func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let time = localTimeText(now())
        output.put("\(time) \(event.level) \(label):\(details) [\(event.source)] \(event.message)\n") { message in
            "\(time) \(Logger.Level.warning) \(label): [\(event.source)] \(message)\n"
        }
    }
}

/// Writes whole lines to a stream, or drops and counts them.
private final class LineOutput: Sendable {
    private struct State {
        /// The rest of a line that the stream has taken in part.
        var unsent: ArraySlice<UInt8> = []
        var dropped = 0
        /// The last error of the stream; nil if it was only full.
        var error: UVError?
    }

    private let state = Mutex(State())
    private let stream: String
    private let write: @Sendable (ArraySlice<UInt8>) throws(UVError) -> Int

    init(stream: String, write: @escaping @Sendable (ArraySlice<UInt8>) throws(UVError) -> Int) {
        self.stream = stream
        self.write = write
    }

    /// - Parameter warning: formats the message about dropped lines.
    func put(_ line: String, warning: (String) -> String) {
        state.withLock { state in
            if state.dropped > 0, put(warning(message(for: state)), &state) { state.dropped = 0 }
            if state.dropped > 0 || !put(line, &state) { state.dropped += 1 }
        }
    }

    /// - Returns: false if the stream took nothing of the line.
    private func put(_ line: String, _ state: inout State) -> Bool {
        guard flush(&state) else { return false }
        let bytes = Array(line.utf8)
        state.unsent = bytes[...]
        flush(&state)
        if state.unsent.count == bytes.count {
            state.unsent = []
            return false
        }
        return true
    }

    /// - Returns: whether nothing is left.
    @discardableResult
    private func flush(_ state: inout State) -> Bool {
        guard !state.unsent.isEmpty else { return true }
        do throws(UVError) {
            state.unsent.removeFirst(try write(state.unsent))
            if !state.unsent.isEmpty { state.error = nil }
        } catch {
            state.error = error
        }
        return state.unsent.isEmpty
    }

    /// `17 lines of this log were lost: stderr was not read`
    private func message(for state: State) -> String {
        let lines = state.dropped == 1 ? "1 line of this log was lost" : "\(state.dropped) lines of this log were lost"
        return "\(lines): \(stream) \(state.error.map { "took nothing: \($0.message)" } ?? "was not read")"
    }
}
