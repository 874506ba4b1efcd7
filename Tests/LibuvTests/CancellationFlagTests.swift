import Testing

@testable import Libuv

struct CancellationFlagTests {
    @Test func aWaitEndsWithItsDurationOrAtOnceIfTheFlagIsSet() {
        let flag = CancellationFlag()
        for duration in [Duration.zero, .seconds(-1), .milliseconds(1)] { #expect(flag.wait(duration)) }
        flag.cancel()
        flag.cancel()
        for duration in [Duration.zero, .seconds(600), .seconds(Int64.max)] { #expect(!flag.wait(duration)) }
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
