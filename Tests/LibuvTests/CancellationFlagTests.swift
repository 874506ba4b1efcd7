import Testing

@testable import Libuv

struct CancellationFlagTests {
    @Test func anUncancelledWaitTakesTheWholeDuration() throws {
        let loop = try EventLoop()
        let start = loop.preciseNow
        #expect(CancellationFlag().wait(.milliseconds(30)))
        #expect(loop.preciseNow - start >= 29, "both clocks are rounded down")
        loop.close()
    }

    @Test func aDurationThatIsNotPositiveIsNotWaitedFor() {
        #expect(CancellationFlag().wait(.zero))
        #expect(CancellationFlag().wait(.seconds(-1)))
    }

    @Test func aCancelledFlagEndsLaterWaitsAtOnce() {
        let flag = CancellationFlag()
        flag.cancel()
        flag.cancel()
        #expect(!flag.wait(.seconds(600)))
        #expect(!flag.wait(.zero))
        #expect(!flag.wait(.seconds(Int64.max)))
    }

    @Test func cancelEndsAWaitOnAnotherThread() throws {
        let loop = try EventLoop()
        let flag = CancellationFlag()
        var isComplete: Bool?
        Work.queue(on: loop, { flag.wait(.seconds(Int64.max)) }) { isComplete = $0 }
        let timer = try Timer(on: loop)
        timer.start(after: 5) {
            flag.cancel()
            timer.close()
        }
        loop.run()
        #expect(isComplete == false)
        loop.close()
    }
}
