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
