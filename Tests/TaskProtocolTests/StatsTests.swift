import Testing

@testable import TaskCore
@testable import TaskProtocol

struct StatsTests {
    @Test func writingAndReadingAreInverse() throws {
        var stats = StatsReply()
        stats.uptime = 1
        stats.submitted = 2
        stats.succeeded = 3
        stats.failed = 4
        stats.cancelled = 5
        stats.waiting = 6
        stats.running = 7
        stats.kept = 8
        stats.evicted = 9
        stats.heldBytes = 10
        stats.connectionBytes = 11
        stats.connections = 12
        stats.accepted = 13
        stats.waits = 14
        stats.closedForErrors = countRange.upperBound
        let members =
            #""uptime_ms":1,"submitted":2,"succeeded":3,"failed":4,"cancelled":5,"waiting":6,"running":7,"kept":8,"#
            + #""forgotten":9,"held_bytes":10,"connection_bytes":11,"connections":12,"accepted":13,"waits":14,"#
            + #""closed_for_errors":9007199254740991"#
        try expect(stats, to: StatsRequest(), isWritten: #"\#(members),"closed_for_limits":{},"refused":{}"#)
        stats.oldestWaiting = 13
        stats.closedForLimits = [NamedCount("timeout", 19)]
        stats.refused = [NamedCount("draining", 14), NamedCount("\"\\\n\0", 15), NamedCount("", 0)]
        try expect(
            stats, to: StatsRequest(),
            isWritten: #"\#(members),"oldest_waiting_ms":13,"closed_for_limits":{"timeout":19},"#
                + #""refused":{"draining":14,"\"\\\n\u0000":15,"":0}"#)
    }

    /// Another version may count other events.
    @Test func absentCountersAreZeroAndUnknownOnesAreIgnored() throws {
        var stats = StatsReply()
        stats.waits = 4
        #expect(try reply(#"{"seq":1,"restarts":"many","waits":4,"x":{"waits":5}}"#, to: StatsRequest()) == stats)
    }
}
