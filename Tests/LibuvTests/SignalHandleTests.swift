import Foundation
import Testing

@testable import Libuv

struct SignalHandleTests {
    @Test func callsBackForEachSignal() throws {
        let loop = try EventLoop()
        var count = 0
        let handle = try SignalHandle(.terminate, on: loop) { count += 1 }
        kill(getpid(), Signal.terminate.number)
        loop.run { count == 1 }
        kill(getpid(), Signal.terminate.number)
        loop.run { count == 2 }
        handle.close()
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }

    @Test func signalNumbersAreThoseOfTheSystem() {
        #expect(Signal.interrupt.number == 2)
        #expect(Signal.terminate.number == 15)
        #expect(Signal.hangUp.number == 1)
        #expect(Signal.windowChange.number == 28)
    }

    @Test(arguments: [Signal.interrupt, .windowChange])
    func aSignalWakesTheLoop(_ signal: Signal) throws {
        let loop = try EventLoop()
        var arrived = false
        var isLate = false
        let handle = try SignalHandle(signal, on: loop) { arrived = true }
        let answer = try Timer(on: loop)
        answer.start(after: 10_000) { isLate = true }
        let cause = try Timer(on: loop)
        cause.start(after: 1) { kill(getpid(), signal.number) }
        loop.run { arrived || isLate }
        #expect(arrived)
        for open in [handle, answer, cause] as [Handle] { open.close() }
        loop.close()
    }

    @Test func aDisabledDefaultActionStaysDisabledAfterClose() throws {
        let loop = try EventLoop()
        try Signal.interrupt.disableDefaultAction()
        let handle = try SignalHandle(.interrupt, on: loop) {}
        handle.close()
        loop.run()
        kill(getpid(), Signal.interrupt.number)
        loop.close()
    }

    @Test func isIgnoredReportsTheInheritedAction() {
        signal(SIGHUP, SIG_DFL)
        #expect(!Signal.hangUp.isIgnored)
        signal(SIGHUP, SIG_IGN)
        #expect(Signal.hangUp.isIgnored)
        signal(SIGHUP, SIG_DFL)
    }
}
