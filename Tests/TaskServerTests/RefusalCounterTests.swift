import Libuv
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

struct RefusalCounterTests {
    @Test(arguments: [
        ([:], [:], [:], nil),
        (["bad_request": 1], [:], [:], "closed 1 connection: 1 × bad_request"),
        (
            ["unknown_task": 2, "bad_request": 3, "over --write-timeout": 1], [:], [:],
            "closed 6 connections: 3 × bad_request, 1 × over --write-timeout, 2 × unknown_task"
        ),
        ([:], ["unknown_task": 1], [:], "refused 1 request: 1 × unknown_task"),
        (
            ["draining": 2], ["key_conflict": 1, "draining": 4], ["too many open files": 2],
            "closed 2 connections: 2 × draining; refused 5 requests: 4 × draining, 1 × key_conflict; "
                + "accepted no connections 2 times: 2 × too many open files"
        ),
    ]) func refusalsAreSummedUpInOneLine(
        closed: [String: Int], refused: [String: Int], pauses: [String: Int], line: String?
    ) {
        #expect(RefusalCounter.Summary(closed: closed, refused: refused, pauses: pauses).line == line)
    }

    /// No client can flood the log: the line is written after a second, or at the end.
    @Test func manyRefusalsAreOneLine() throws {
        let loop = try EventLoop()
        let sink = Sink()
        let counter = try RefusalCounter(on: loop, sink.logger)
        for _ in 1...1000 { counter.count(.badRequest) }
        #expect(sink.lines == [""])
        counter.close()
        #expect(sink.lines.count == 2 && sink.lines[0].hasSuffix("] refused 1000 requests: 1000 × bad_request"))
        loop.close()
    }
}
