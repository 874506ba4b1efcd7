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

    /// libuv fires a timer that is due before it waits for events.
    @Test(arguments: [0, 1]) func runUntilReturnsWhenATimerFulfilsTheCondition(delay: UInt64) throws {
        let loop = try EventLoop()
        let early = try Timer(on: loop)
        let late = try Timer(on: loop)
        var fired: [String] = []
        early.start(after: delay) { fired.append("early") }
        // Ends the test if the condition is not checked.
        late.start(after: 600_000) { fired.append("late") }
        loop.run { !fired.isEmpty }
        #expect(fired == ["early"])
        loop.close(early, late)
    }
}
