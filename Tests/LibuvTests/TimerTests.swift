import Testing

@testable import Libuv

struct TimerTests {
    @Test func firesOnceAndNotTooEarly() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        let start = loop.now
        var firings: [UInt64] = []
        timer.start(after: 20) { firings.append(loop.now - start) }
        loop.run()
        #expect(firings.count == 1)
        #expect(firings.allSatisfy { $0 >= 20 })
        timer.close()
        loop.close()
    }

    @Test func startingARunningTimerRestartsIt() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        var fired: [String] = []
        timer.start(after: 1) { fired.append("first") }
        timer.start(after: 2) { fired.append("second") }
        loop.run()
        #expect(fired == ["second"])
        timer.start(after: 1) { fired.append("stopped") }
        timer.stop()
        loop.run()
        #expect(fired == ["second"])
        timer.close()
        loop.close()
    }

    @Test func canBeRestartedFromItsAction() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        var count = 0
        func again() {
            count += 1
            if count < 3 { timer.start(after: 1, again) }
        }
        timer.start(after: 1, again)
        loop.run()
        #expect(count == 3)
        timer.close()
        loop.close()
    }
}
