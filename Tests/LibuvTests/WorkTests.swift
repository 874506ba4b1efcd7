import Foundation
import Testing

@testable import Libuv

struct WorkTests {
    @Test func workRunsOnThePoolCompletesOnTheLoopAndReleasesItsBody() throws {
        final class Witness: Sendable {}
        let loop = try EventLoop()
        let loopThread = pthread_self()
        var worker: pthread_t?
        weak var witness: Witness?
        do {
            let held = Witness()
            witness = held
            Work.queue(on: loop, { withExtendedLifetime(held) { pthread_self() } }) {
                worker = $0
                #expect(pthread_equal(loopThread, pthread_self()) != 0)
            }
        }
        #expect(witness != nil)
        loop.run()
        #expect(witness == nil)
        #expect(pthread_equal(loopThread, try #require(worker)) == 0)
        loop.close()
    }

    @Test func aLoopCanBeClosedWhileWorkRuns() throws {
        let loop = try EventLoop()
        let release = DispatchSemaphore(value: 0)
        Work.queue(on: loop, { release.wait() }, completion: { Issue.record("called after the loop was closed") })
        loop.close()
        release.signal()
    }
}
