import Libuv
import Logging
import Synchronization
import Testing

@testable import TaskServer

/// A stream with limited room.
private final class Sink: Sendable {
    private let state = Mutex((text: [UInt8](), room: Int.max, error: UVError?.none))

    var lines: [Substring] {
        state.withLock { String(decoding: $0.text, as: UTF8.self) }.split(
            separator: "\n", omittingEmptySubsequences: false)
    }

    /// - Parameter room: in bytes.
    func set(room: Int, error: UVError? = nil) {
        state.withLock {
            $0.room = room
            $0.error = error
        }
    }

    func write(_ bytes: ArraySlice<UInt8>) throws(UVError) -> Int {
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

    init() {
        let sink = sink
        logger = Logger(label: "test") { label in
            NonBlockingLogHandler(label: label, stream: "stderr", now: { 1_795_434_000_000 }) {
                bytes throws(UVError) in try sink.write(bytes)
            }
        }
    }

    private func log(_ messages: String...) {
        for message in messages { logger.notice("\(message)") }
    }

    private func line(_ message: String) -> Substring { "\(time) notice test: [TaskServerTests] \(message)" }
    private func warning(_ message: String) -> Substring { "\(time) warning test: [TaskServerTests] \(message)" }

    @Test func aLineHasTimeLevelLabelAndSource() {
        log("first", "second, пример")
        #expect(sink.lines == [line("first"), line("second, пример"), ""])
    }

    @Test func lowerLevelsAreLeftOut() {
        logger.debug("nothing")
        #expect(sink.lines == [""])
    }

    @Test func metadataIsPartOfTheLine() {
        var logger = logger
        logger[metadataKey: "b"] = "1"
        logger[metadataKey: "a"] = "2"
        logger.notice("first", metadata: ["b": "3"])
        #expect(sink.lines == ["\(time) notice test: a=2 b=3 [TaskServerTests] first", ""])
    }

    @Test func droppedLinesAreReportedBeforeTheNextLine() {
        log("first")
        sink.set(room: 0)
        log("lost", "lost", "lost")
        sink.set(room: .max)
        log("second", "third")
        #expect(
            sink.lines == [
                line("first"), warning("3 lines of this log were lost: stderr was not read"), line("second"),
                line("third"), "",
            ])
    }

    @Test func aPartialLineIsCompletedFirst() {
        sink.set(room: 10)
        log("first", "lost")
        #expect(sink.lines == [line("first").prefix(10)])
        sink.set(room: 5)
        log("lost")
        sink.set(room: .max)
        log("second")
        #expect(
            sink.lines == [
                line("first"), warning("2 lines of this log were lost: stderr was not read"), line("second"), "",
            ])
    }

    @Test func theWarningMayBePartialToo() {
        sink.set(room: 0)
        log("lost")
        sink.set(room: 10)
        log("lost too")
        sink.set(room: .max)
        log("first")
        #expect(
            sink.lines == [
                warning("1 line of this log was lost: stderr was not read"),
                warning("1 line of this log was lost: stderr was not read"), line("first"), "",
            ])
    }

    @Test func noLineIsTornWhereverTheStreamFills() {
        for room in 0...400 {
            let sink = Sink()
            let logger = Logger(label: "test") { label in
                NonBlockingLogHandler(label: label, stream: "stderr", now: { 0 }) {
                    bytes throws(UVError) in try sink.write(bytes)
                }
            }
            sink.set(room: room)
            for number in 1...10 { logger.notice("line \(number)") }
            sink.set(room: .max)
            logger.notice("line 11")
            let lines = sink.lines.dropLast().map { $0.split(separator: "] ")[1] }
            let kept = lines.filter { $0.hasPrefix("line ") }
            let dropped = lines.compactMap { $0.contains("of this log") ? Int($0.split(separator: " ")[0]) : nil }
            #expect(kept.count + dropped.reduce(0, +) == 11, "\(lines)")
            #expect(kept.count + dropped.count == lines.count, "\(lines)")
            #expect(lines.last == "line 11")
        }
    }

    @Test func theWarningNamesTheStreamsError() {
        let full = UVError(code: UVError.Code(rawValue: -28), call: "uv_fs_write")
        sink.set(room: .max, error: full)
        log("lost", "lost")
        sink.set(room: .max)
        log("first")
        #expect(
            sink.lines == [
                warning("2 lines of this log were lost: stderr took nothing: \(full.message)"), line("first"), "",
            ])
        sink.set(room: 0)
        log("lost")
        sink.set(room: .max)
        log("second")
        #expect(sink.lines.suffix(3).first == warning("1 line of this log was lost: stderr was not read"))
    }
}
