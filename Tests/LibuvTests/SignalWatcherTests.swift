import Foundation
import Testing

@testable import Libuv

struct SignalWatcherTests {
    @Test func everyArrivalIsTold() throws {
        let loop = try EventLoop()
        var count = 0
        let watcher = try SignalWatcher(.terminate, on: loop) { count += 1 }
        kill(getpid(), Signal.terminate.number)
        loop.run { count == 1 }
        kill(getpid(), Signal.terminate.number)
        loop.run { count == 2 }
        watcher.close()
        loop.run()
        #expect(loop.liveHandles == 0)
        loop.close()
    }

    @Test func numbersAreThoseOfTheSystem() {
        #expect(Signal.interrupt.number == 2)
        #expect(Signal.terminate.number == 15)
        #expect(Signal.hangUp.number == 1)
        #expect(Signal.windowChange.number == 28)
    }

    @Test func aTerminalOfAnotherSizeIsNoReasonToStop() {
        #expect(Signal.stopping == [.interrupt, .terminate, .hangUp])
    }

    @Test(arguments: [Signal.interrupt, .windowChange])
    func aSignalEndsAWaitForSomethingElse(_ signal: Signal) throws {
        let loop = try EventLoop()
        var arrived = false
        var isLate = false
        let watcher = try SignalWatcher(signal, on: loop) { arrived = true }
        let answer = try Timer(on: loop)
        answer.start(after: 10_000) { isLate = true }
        let cause = try Timer(on: loop)
        cause.start(after: 1) { kill(getpid(), signal.number) }
        loop.run { arrived || isLate }
        #expect(arrived)
        for handle in [watcher, answer, cause] as [Handle] { handle.close() }
        loop.close()
    }

    @Test func aSignalThatIsKeptDoesNothingOnceItIsNotWatched() throws {
        let loop = try EventLoop()
        try Signal.interrupt.keepFromDefaultAction()
        let watcher = try SignalWatcher(.interrupt, on: loop) {}
        watcher.close()
        loop.run()
        kill(getpid(), Signal.interrupt.number)
        loop.close()
    }

    @Test func anIgnoredSignalIsKnown() {
        signal(SIGHUP, SIG_DFL)
        #expect(!Signal.hangUp.isIgnored)
        signal(SIGHUP, SIG_IGN)
        #expect(Signal.hangUp.isIgnored)
        signal(SIGHUP, SIG_DFL)
    }
}
