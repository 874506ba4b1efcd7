import Foundation
import Testing

@testable import Libuv

struct WorkTests {
    @Test func runsOnAPoolThreadAndEndsOnTheLoops() throws {
        let loop = try EventLoop()
        let here = pthread_self()
        var answer: (worker: pthread_t, value: Int)?
        var endedOn: pthread_t?
        Work.queue(on: loop, { (pthread_self(), 6 * 7) }) { output in
            answer = output
            endedOn = pthread_self()
        }
        loop.run()
        #expect(answer?.value == 42)
        #expect(answer.map { pthread_equal($0.worker, here) } == 0)
        #expect(endedOn.map { pthread_equal($0, here) } != 0)
        loop.close()
    }

    @Test func isFreedWithWhatItHeld() throws {
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

    @Test func aLoopMayBeClosedWhileWorkIsUnderWay() throws {
        let loop = try EventLoop()
        let release = DispatchSemaphore(value: 0)
        Work.queue(on: loop, { release.wait() }, completion: { Issue.record("the loop runs no more") })
        loop.close()
        release.signal()
    }

    @Test func mayBeQueuedFromACompletion() throws {
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

struct InterruptionTests {
    private let clock = ContinuousClock()

    @Test func aWaitThatNothingStopsTakesItsTime() {
        var isWhole = false
        let time = clock.measure { isWhole = Interruption().wait(.milliseconds(30)) }
        #expect(isWhole)
        #expect(time >= .milliseconds(30))
    }

    @Test func noTimeIsNoWait() {
        #expect(Interruption().wait(.zero))
        #expect(Interruption().wait(.seconds(-1)))
    }

    @Test func aRaisedFlagEndsEveryWaitAtOnce() {
        let interruption = Interruption()
        interruption.interrupt()
        interruption.interrupt()
        #expect(!interruption.wait(.seconds(600)))
        #expect(!interruption.wait(.zero))
        #expect(!interruption.wait(.seconds(Int64.max)))
    }

    @Test func aWaitOnAnotherThreadIsStopped() throws {
        let loop = try EventLoop()
        let interruption = Interruption()
        var isWhole: Bool?
        Work.queue(on: loop, { interruption.wait(.seconds(600)) }) { isWhole = $0 }
        let timer = try Timer(on: loop)
        timer.start(after: 5) {
            interruption.interrupt()
            timer.close()
        }
        loop.run()
        #expect(isWhole == false)
        loop.close()
    }
}
