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

    @Test func closingTwiceHasNoFurtherEffect() throws {
        let loop = try EventLoop()
        let timer = try Timer(on: loop)
        #expect(loop.liveHandles == 1)
        timer.close()
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
}
