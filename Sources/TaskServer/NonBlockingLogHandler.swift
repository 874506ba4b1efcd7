import Libuv
package import Logging
import Synchronization

/// A log that the server never waits for: a line that its stream does not take at once is dropped, and how many were is told
/// before the next one that is taken.
///
/// Else a pipe that nobody reads, or a terminal that was stopped with ^S, would stop the server.
package struct NonBlockingLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let now: @Sendable () -> Int
    private let lines: LogLines

    /// - Parameters:
    ///   - label: the program's name, which stands in every line.
    ///   - now: in milliseconds since 1970, UTC.
    ///   - write: as `NonBlockingOutput.write`; its name is `stream`.
    init(
        label: String, stream: String, now: @escaping @Sendable () -> Int,
        write: @escaping @Sendable (ArraySlice<UInt8>) throws(UVError) -> Int
    ) {
        self.label = label
        self.now = now
        lines = LogLines(stream: stream, write: write)
    }

    /// Of the process's stderr.
    package init(label: String) {
        let errors = NonBlockingOutput(.error)
        self.init(label: label, stream: "stderr", now: wallClock) { bytes throws(UVError) in try errors.write(bytes) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// `2026-11-23T11:38:11+0000 notice uv-taskd: [TaskServer] stopped`, as swift-log's own handler has it.
    package func log(event: LogEvent) {
        let details = metadata.merging(event.metadata ?? [:]) { _, new in new }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let time = localTimeText(now())
        lines.put("\(time) \(event.level) \(label):\(details) [\(event.source)] \(event.message)\n") { words in
            "\(time) \(Logger.Level.warning) \(label): [\(event.source)] \(words)\n"
        }
    }
}

/// The lines on their way to a stream.
private final class LogLines: Sendable {
    private struct State {
        /// What the stream has not taken yet of a line that it began to take: no line is torn.
        var rest: ArraySlice<UInt8> = []
        var lost = 0
        /// Why the last one was lost, where the stream said so.
        var cause: UVError?
    }

    private let state = Mutex(State())
    private let stream: String
    private let write: @Sendable (ArraySlice<UInt8>) throws(UVError) -> Int

    init(stream: String, write: @escaping @Sendable (ArraySlice<UInt8>) throws(UVError) -> Int) {
        self.stream = stream
        self.write = write
    }

    /// - Parameter warning: makes a line of the words for those that were lost.
    func put(_ line: String, warning: (String) -> String) {
        state.withLock { state in
            if state.lost > 0, put(warning(words(for: state)), &state) { state.lost = 0 }
            if state.lost > 0 || !put(line, &state) { state.lost += 1 }
        }
    }

    /// - Returns: whether the line is on its way.
    private func put(_ line: String, _ state: inout State) -> Bool {
        guard flush(&state) else { return false }
        let bytes = Array(line.utf8)
        state.rest = bytes[...]
        flush(&state)
        guard state.rest.count == bytes.count else { return true }
        state.rest = []
        return false
    }

    /// - Returns: whether nothing is left.
    @discardableResult
    private func flush(_ state: inout State) -> Bool {
        guard !state.rest.isEmpty else { return true }
        do throws(UVError) {
            state.rest.removeFirst(try write(state.rest))
            if !state.rest.isEmpty { state.cause = nil }
        } catch {
            state.cause = error
        }
        return state.rest.isEmpty
    }

    /// `17 lines of this log were lost: stderr was not read`
    private func words(for state: State) -> String {
        let what = state.lost == 1 ? "1 line of this log was lost" : "\(state.lost) lines of this log were lost"
        return "\(what): \(stream) \(state.cause.map { "took nothing: \($0.message)" } ?? "was not read")"
    }
}
