import Testing

@testable import Libuv

struct PrepareHandleTests {
    @Test func runsInEachIterationAfterTimersUntilClosed() throws {
        let loop = try EventLoop()
        let first = try Timer(on: loop)
        let second = try Timer(on: loop)
        var events: [String] = []
        let prepare = try PrepareHandle(on: loop) { events.append("prepare") }
        first.start(after: 0) { events.append("first timer") }
        second.start(after: 5) { events.append("second timer") }
        loop.run { events.contains("second timer") }
        #expect(events.prefix(2) == ["first timer", "prepare"])
        #expect(events.suffix(2) == ["prepare", "second timer"])

        prepare.close()
        let count = events.count
        first.close()
        second.start(after: 1) { second.close() }
        loop.run()
        #expect(events.count == count)
        loop.close()
    }
}
