import Foundation
import Testing

@testable import Libuv

struct SignalHandleTests {
    @Test(arguments: [(Signal.interrupt, 2), (.terminate, 15), (.windowChange, 28)] as [(Signal, Int32)])
    func eachSignalWakesTheLoop(_ signal: Signal, number: Int32) throws {
        let loop = try EventLoop()
        var count = 0
        let handle = try SignalHandle(signal, on: loop) { count += 1 }
        let late = try Timer(on: loop)
        late.start(after: .max) {}
        let cause = try Timer(on: loop)
        for sent in 1...2 {
            // Another test may send the signal, too.
            cause.start(after: 1) { kill(getpid(), number) }
            loop.run { count >= sent }
        }
        loop.close(handle, late, cause)
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
        // No other test changes what this signal does.
        let unused = Signal(number: SIGURG)
        #expect(!unused.isIgnored)
        signal(SIGURG, SIG_IGN)
        #expect(unused.isIgnored)
        signal(SIGURG, SIG_DFL)
    }
}
