import TaskCore
import Testing

struct LimitsTests {
    @Test func everyDefaultIsInTheRangeOfItsLimit() {
        for (limit, value) in Limits().all { #expect(value.map(limit.range.contains) ?? true, "\(limit.name)") }
    }

    /// The names and their order are part of the protocol.
    @Test func allHasTheOrderOfInfo() {
        #expect(
            Limits().all.map(\.limit.name) == [
                "max-message", "max-queued", "max-memory", "keep-results", "keep-for", "max-connections",
                "max-unanswered", "timeout", "write-timeout", "drain-timeout",
            ])
    }

    @Test func aClientLeavesRoomForItsOtherRequests() {
        #expect(Limits.clientWaits < Limits.leastUnanswered)
    }
}
