import Testing

@testable import TaskQueue

struct UsualDurationsTests {
    private let type = TaskTypeIndex(rawValue: 0)

    private func durations(_ knowledge: UsualDurations.Knowledge, after runs: [UInt64]) -> UInt64? {
        var durations = UsualDurations([knowledge, .fixed(1)])
        for run in runs { durations.note(run, of: type) }
        #expect(durations.all[1] == 1)
        return durations.all[0]
    }

    @Test func whatIsFixedStaysSo() {
        #expect(durations(.fixed(2000), after: []) == 2000)
        #expect(durations(.fixed(0), after: [9, 9, 9, 9]) == 0)
    }

    /// What was expected counts until three runs were seen.
    @Test func anExpectationHoldsForAWhile() {
        #expect(durations(.expected(50), after: []) == 50)
        #expect(durations(.expected(50), after: [10, 10]) == 50)
        #expect(durations(.expected(50), after: [10, 30, 20]) == 20)
    }

    @Test func withoutAnExpectationTheFirstRunCounts() {
        #expect(durations(.expected(nil), after: []) == nil)
        #expect(durations(.expected(nil), after: [7]) == 7)
        #expect(durations(.expected(nil), after: [7, 3]) == 3)
        #expect(durations(.expected(nil), after: [7, 3, 5]) == 5)
    }

    /// One that takes long by chance moves nothing; what is older than fifteen runs counts no more.
    @Test func theMedianOfTheLastRuns() {
        #expect(durations(.expected(nil), after: [5, 5, 900_000, 5, 6]) == 5)
        let old = Array(repeating: 100 as UInt64, count: 15)
        #expect(durations(.expected(1), after: old + Array(repeating: 1, count: 7)) == 100)
        #expect(durations(.expected(1), after: old + Array(repeating: 1, count: 8)) == 1)
    }

    @Test func eachTypeHasItsOwn() {
        var durations = UsualDurations([.expected(nil), .expected(8), .fixed(3)])
        durations.note(4, of: type)
        #expect(durations.all == [4, 8, 3])
    }
}
