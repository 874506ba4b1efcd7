import Libuv
import Logging
import Synchronization
import Testing

@testable import TaskServer

/// A stream with limited room, and a log that is written to it.
final class Sink: Sendable {
    private let state = Mutex((text: [UInt8](), room: Int.max, error: UVError?.none))

    var lines: [Substring] {
        state.withLock { String(decoding: $0.text, as: UTF8.self) }.split(
            separator: "\n", omittingEmptySubsequences: false)
    }

    var logger: Logger {
        Logger(label: "test") { [self] label in
            NonBlockingLogHandler(label: label, stream: "stderr", now: { 1_795_434_000_000 }) {
                [self] bytes throws(UVError) in try write(bytes)
            }
        }
    }

    /// - Parameter room: in bytes.
    func set(room: Int, error: UVError? = nil) {
        state.withLock {
            $0.room = room
            $0.error = error
        }
    }

    private func write(_ bytes: ArraySlice<UInt8>) throws(UVError) -> Int {
        let result: Result<Int, UVError> = state.withLock { state in
            if let error = state.error { return .failure(error) }
            let count = min(bytes.count, state.room)
            state.text += bytes.prefix(count)
            state.room -= count
            return .success(count)
        }
        return try result.get()
    }
}

struct NonBlockingLogHandlerTests {
    private let sink = Sink()
    private let logger: Logger
    private let time = localTimeText(1_795_434_000_000)

    init() { logger = sink.logger }

    private func log(_ messages: String...) {
        for message in messages { logger.notice("\(message)") }
    }

    private func line(_ message: String) -> Substring { "\(time) notice test: [TaskServerTests] \(message)" }

    private func lost(_ lines: String, _ reason: String = "stderr was not read") -> Substring {
        "\(time) warning test: [TaskServerTests] \(lines) lost: \(reason)"
    }

    @Test func aLineHasTimeLevelLabelMetadataAndSource() {
        logger.debug("a lower level")
        log("first", "second, пример")
        var logger = logger
        logger[metadataKey: "b"] = "1"
        logger[metadataKey: "a"] = "2"
        logger.notice("third", metadata: ["b": "3"])
        #expect(
            sink.lines == [
                line("first"), line("second, пример"), "\(time) notice test: a=2 b=3 [TaskServerTests] third", "",
            ])
    }

    @Test func droppedLinesAreReportedBeforeTheNextLine() {
        log("first")
        sink.set(room: 0)
        log("lost", "lost", "lost")
        sink.set(room: .max)
        log("second", "third")
        #expect(
            sink.lines == [line("first"), lost("3 lines of this log were"), line("second"), line("third"), ""])
    }

    @Test func noLineIsTornWhereverTheStreamFills() {
        for room in 0...400 {
            let sink = Sink()
            let logger = sink.logger
            sink.set(room: room)
            for number in 1...10 { logger.notice("line \(number)") }
            sink.set(room: 7)
            logger.notice("line 11")
            sink.set(room: .max)
            logger.notice("line 12")
            let lines = sink.lines.dropLast().map { $0.split(separator: "] ")[1] }
            let kept = lines.filter { $0.hasPrefix("line ") }
            let dropped = lines.compactMap { $0.contains("of this log") ? Int($0.split(separator: " ")[0]) : nil }
            #expect(kept.count + dropped.reduce(0, +) == 12, "\(lines)")
            #expect(kept.count + dropped.count == lines.count, "\(lines)")
            #expect(lines.last == "line 12")
        }
    }

    @Test func theWarningNamesTheStreamsError() {
        let full = UVError(code: UVError.Code(rawValue: -28), call: "uv_fs_write")
        sink.set(room: .max, error: full)
        log("lost")
        sink.set(room: .max)
        log("first")
        #expect(
            sink.lines == [lost("1 line of this log was", "stderr took nothing: \(full.message)"), line("first"), ""])
    }
}
