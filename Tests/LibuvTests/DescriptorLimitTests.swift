import Foundation
import Testing

@testable import Libuv

struct DescriptorLimitTests {
    #if os(Linux)
        /// Lowers the limit by one only: it applies to the whole process, in which other tests run.
        @Test func theSoftLimitIsRaisedToTheHardOne() {
            let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            var limit = rlimit()
            #expect(getrlimit(kind, &limit) == 0)
            let hard = Int(clamping: limit.rlim_max)
            limit.rlim_cur = limit.rlim_max - 1
            #expect(setrlimit(kind, &limit) == 0)
            #expect(raiseDescriptorLimit() == DescriptorLimit(current: hard, before: hard - 1))
            #expect(raiseDescriptorLimit() == DescriptorLimit(current: hard, before: hard))
        }
    #endif
}
