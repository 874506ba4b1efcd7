import Testing

@testable import Libuv

struct EventLoopTests {
    @Test func runReturnsIfNoHandleIsActive() throws {
        let loop = try EventLoop()
        loop.run()
        loop.run { false }
        loop.close()
        loop.close()
    }

    @Test func runUntilReturnsWhenTheConditionHolds() throws {
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

    @Test func closingTheLoopRunsCloseCallbacks() throws {
        let loop = try EventLoop()
        let timers = try (1...3).map { _ in try Timer(on: loop) }
        #expect(loop.liveHandles == 3)
        for timer in timers { timer.close() }
        #expect(loop.liveHandles == 3, "the memory is freed in the close callbacks")
        loop.close()
        #expect(loop.liveHandles == 0)
    }
}
