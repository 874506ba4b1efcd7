import Foundation
import Testing

@testable import Libuv

struct DescriptorLimitTests {
    #if os(Linux)
        /// The limit is the whole process's, and other tests run beside this one: it is lowered by one only.
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
