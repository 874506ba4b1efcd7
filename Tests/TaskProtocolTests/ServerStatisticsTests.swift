import Testing

@testable import TaskCore
@testable import TaskProtocol

struct ServerStatisticsTests {
    private var full: ServerStatistics {
        var statistics = ServerStatistics()
        statistics.uptime = 1
        statistics.submitted = 2
        statistics.succeeded = 3
        statistics.failed = 4
        statistics.cancelled = 5
        statistics.waiting = 6
        statistics.running = 7
        statistics.heldBytes = 8
        statistics.connectionBytes = 16
        statistics.kept = 17
        statistics.forgotten = 18
        statistics.connections = 9
        statistics.accepted = 10
        statistics.waits = 11
        statistics.closedForErrors = 12
        statistics.oldestWaiting = 13
        statistics.refused = [.init("draining", 14), .init("new", 15)]
        statistics.closedForLimits = [.init("timeout", 19)]
        return statistics
    }

    private let members =
        #""uptime_ms":1,"submitted":2,"succeeded":3,"failed":4,"cancelled":5,"waiting":6,"running":7,"kept":17,"#
        + #""forgotten":18,"held_bytes":8,"connection_bytes":16,"connections":9,"accepted":10,"waits":11,"closed_for_errors":12"#

    @Test func areWrittenOnOneLineAndReadBack() throws {
        let expected =
            #"{"seq":1,\#(members),"oldest_waiting_ms":13,"closed_for_limits":{"timeout":19},"refused":{"draining":14,"new":15}}"#
        #expect(line(.stats(full), sequence: 1) == expected + "\n")
        #expect(try incomingReply(expected).reply(to: .stats) == .stats(full))
    }

    @Test func whereNothingWaitsAndNothingWasRefused() throws {
        var statistics = full
        statistics.oldestWaiting = nil
        statistics.refused = []
        statistics.closedForLimits = []
        let expected = #"{"seq":1,\#(members),"closed_for_limits":{},"refused":{}}"#
        #expect(line(.stats(statistics), sequence: 1) == expected + "\n")
        #expect(try incomingReply(expected).reply(to: .stats) == .stats(statistics))
    }

    /// The set of codes is open, and a client knows only that their names are texts.
    @Test func aNameThatNeedsEscapingIsEscaped() throws {
        var statistics = ServerStatistics()
        statistics.refused = [.init("\"\\\n\0", 1)]
        statistics.closedForLimits = [.init("\t", 2)]
        #expect(try incomingReply(line(.stats(statistics), sequence: 1)).reply(to: .stats) == .stats(statistics))
    }

    @Test func everyCodeHasItsCount() throws {
        var statistics = ServerStatistics()
        statistics.refused = RequestError.Code.all.enumerated().map { .init($0.element.rawValue, $0.offset) }
        let read = try incomingReply(line(.stats(statistics), sequence: 1)).reply(to: .stats)
        #expect(read == .stats(statistics))
    }

    /// Another version may count other things.
    @Test func whatIsNotToldIsZeroAndWhatIsUnknownIsIgnored() throws {
        var statistics = ServerStatistics()
        statistics.waits = 4
        let read = try incomingReply(#"{"seq":1,"restarts":"many","waits":4,"x":{"waits":5}}"#)
        #expect(try read.reply(to: .stats) == .stats(statistics))
    }
}
