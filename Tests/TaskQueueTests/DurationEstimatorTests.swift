import Testing

@testable import TaskQueue

struct DurationEstimatorTests {
    /// The estimate for a type after some runs, beside another type that must keep its own.
    private func estimate(_ basis: DurationEstimator.Basis, after runs: [Int]) -> Int? {
        var estimator = DurationEstimator([basis, .expected(nil)])
        for run in runs { estimator.note(run, of: TaskTypeIndex(rawValue: 0)) }
        #expect(estimator.durations[1] == nil)
        return estimator.durations[0]
    }

    @Test func aFixedDurationNeverChanges() {
        #expect(estimate(.fixed(2000), after: []) == 2000)
        #expect(estimate(.fixed(0), after: [9, 9, 9, 9]) == 0)
    }

    @Test func anExpectationHoldsForTwoRuns() {
        #expect(estimate(.expected(50), after: []) == 50)
        #expect(estimate(.expected(50), after: [10, 10]) == 50)
        #expect(estimate(.expected(50), after: [10, 30, 20]) == 20)
    }

    @Test func withoutAnExpectationTheFirstRunCounts() {
        #expect(estimate(.expected(nil), after: []) == nil)
        #expect(estimate(.expected(nil), after: [7]) == 7)
        #expect(estimate(.expected(nil), after: [7, 3]) == 3)
        #expect(estimate(.expected(nil), after: [7, 3, 5]) == 5)
    }

    @Test func theEstimateIsTheMedianOfTheLastFifteenRuns() {
        #expect(estimate(.expected(nil), after: [5, 5, 900_000, 5, 6]) == 5)
        let old = Array(repeating: 100, count: 15)
        #expect(estimate(.expected(1), after: old + Array(repeating: 1, count: 7)) == 100)
        #expect(estimate(.expected(1), after: old + Array(repeating: 1, count: 8)) == 1)
    }
}
