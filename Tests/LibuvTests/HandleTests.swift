import CLibuv
import Testing

@testable import Libuv

struct HandleTests {
    @Test func aHandleIsRetainedUntilItsCloseCallback() throws {
        let loop = try EventLoop()
        weak var handle: Timer?
        var fired = false
        do {
            let timer = try Timer(on: loop)
            timer.start(after: 1) { fired = true }
            handle = timer
        }
        #expect(handle != nil)
        loop.run { fired }
        handle?.close()
        #expect(handle != nil, "libuv still uses its memory")
        loop.run()
        #expect(handle == nil)
        loop.close()
    }

    @Test func aClosedHandleIgnoresCalls() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        timer.close()
        #expect(timer.isClosing)
        loop.run()
        #expect(loop.liveHandles == 0)
        timer.close()
        timer.start(after: 1) { Issue.record("a closed timer fired") }
        loop.run()
        loop.close()
    }

    @Test func aFailedInitLeavesNoHandle() throws {
        let loop = try EventLoop()
        #expect(throws: UVError(code: .invalidArgument, call: "uv_test_init")) {
            let fail: (UnsafeMutablePointer<uv_timer_t>) -> Int32 = { _ in UVError.Code.invalidArgument.rawValue }
            _ = try Handle(on: loop, "uv_test_init", fail)
        }
        #expect(loop.liveHandles == 0)
        loop.close()
    }

    @Test func startingARunningTimerRestartsIt() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        var fired: [String] = []
        timer.start(after: 1) { fired.append("first") }
        timer.start(after: 2) {
            fired.append("second")
            timer.start(after: 1) { fired.append("from its action") }
        }
        loop.run()
        timer.start(after: 1) { fired.append("stopped") }
        #expect(timer.isRunning)
        timer.stop()
        #expect(!timer.isRunning)
        loop.run()
        #expect(fired == ["second", "from its action"])
        loop.close(timer)
    }

    @Test func anIdleHandleRunsOncePerStartAndLetsTimersFire() throws {
        let loop = try EventLoop()
        let idle = try IdleHandle(on: loop)
        let timer = try Timer(on: loop)
        var isOver = false
        func again() {
            #expect(!isOver)
            idle.start(again)
        }
        idle.start(again)
        timer.start(after: 1) {
            isOver = true
            idle.start {}
        }
        loop.run()
        #expect(isOver)
        loop.close(idle, timer)
    }

    @Test func aPrepareHandleRunsInEachIterationAfterTimersUntilClosed() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        var events: [String] = []
        // The loop may iterate more than once until a timer is due.
        let prepare = try PrepareHandle(on: loop) { if events.last != "prepare" { events.append("prepare") } }
        timer.start(after: 0) {
            events.append("first")
            timer.start(after: 1) {
                events.append("second")
                prepare.close()
                timer.start(after: 1) { events.append("third") }
            }
        }
        loop.run { events.last == "third" }
        #expect(events == ["first", "prepare", "second", "third"])
        loop.close(timer)
    }
}
