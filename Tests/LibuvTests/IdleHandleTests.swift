import Testing

@testable import Libuv

struct IdleHandleTests {
    @Test func runsOncePerStartAndLetsTimersFire() throws {
        let loop = try EventLoop()
        let idle = try IdleHandle(on: loop)
        let timer = try Timer(on: loop)
        var iterations = 0
        var isOver = false
        timer.start(after: 5) { isOver = true }
        func again() {
            iterations += 1
            if !isOver { idle.start(again) }
        }
        idle.start(again)
        loop.run()
        #expect(isOver, "a handle that restarts itself does not starve timers")
        let count = iterations
        loop.run()
        #expect(iterations == count)
        idle.start { Issue.record("ran after close") }
        idle.close()
        timer.close()
        loop.run()
        loop.close()
    }
}
