import Testing

@testable import Libuv

struct EventLoopTests {
    @Test func runReturnsWhenNothingIsLeft() throws {
        let loop = try EventLoop()
        loop.run()
        loop.run { false }
        loop.close()
        loop.close()
    }

    @Test func runUntilStopsAtTheConditionAndLeavesTheRest() throws {
        let loop = try EventLoop()
        let early = try Timer(on: loop)
        let late = try Timer(on: loop)
        var fired: [String] = []
        early.start(after: 1) { fired.append("early") }
        late.start(after: 60_000) { fired.append("late") }
        loop.run { !fired.isEmpty }
        #expect(fired == ["early"])
        early.close()
        late.close()
        loop.close()
    }

    @Test func stopEndsARunWithHandlesAlive() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        timer.start(after: 1) { loop.stop() }
        let other = try Timer(on: loop)
        other.start(after: 60_000) {}
        loop.run()
        #expect(loop.liveHandles == 2)
        timer.close()
        other.close()
        loop.close()
        #expect(loop.liveHandles == 0)
    }
}
