import Foundation
import Testing

@testable import Libuv

struct WorkTests {
    @Test func runsOnAPoolThreadAndCompletesOnTheLoopsThread() throws {
        let loop = try EventLoop()
        let loopThread = pthread_self()
        var answer: (worker: pthread_t, value: Int)?
        var endedOn: pthread_t?
        Work.queue(on: loop, { (pthread_self(), 6 * 7) }) { output in
            answer = output
            endedOn = pthread_self()
        }
        loop.run()
        #expect(answer?.value == 42)
        #expect(answer.map { pthread_equal($0.worker, loopThread) } == 0)
        #expect(endedOn.map { pthread_equal($0, loopThread) } != 0)
        loop.close()
    }

    @Test func releasesItsBodyWhenItEnds() throws {
        final class Witness: Sendable {}
        let loop = try EventLoop()
        weak var witness: Witness?
        do {
            let held = Witness()
            witness = held
            Work.queue(on: loop, { [held] in _ = held }, completion: {})
        }
        #expect(witness != nil)
        loop.run()
        #expect(witness == nil)
        loop.close()
    }

    @Test func aLoopCanBeClosedWhileWorkRuns() throws {
        let loop = try EventLoop()
        let release = DispatchSemaphore(value: 0)
        Work.queue(on: loop, { release.wait() }, completion: { Issue.record("called after the loop was closed") })
        loop.close()
        release.signal()
    }

    @Test func canBeQueuedFromACompletion() throws {
        let loop = try EventLoop()
        var count = 0
        func next() {
            Work.queue(on: loop, {}) {
                count += 1
                if count < 100 { next() }
            }
        }
        next()
        loop.run()
        #expect(count == 100)
        loop.close()
    }
}
