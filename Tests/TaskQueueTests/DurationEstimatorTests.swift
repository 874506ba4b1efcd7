import Testing

@testable import TaskQueue

struct DurationEstimatorTests {
    private static let old = Array(repeating: 100, count: 15)

    @Test(
        arguments: [
            // A fixed duration never changes.
            (.fixed(2000), [], 2000), (.fixed(0), [9, 9, 9, 9], 0),
            // What the operator expects holds for two runs.
            (.expected(50), [], 50), (.expected(50), [10, 10], 50), (.expected(50), [10, 30, 20], 20),
            // Without that, the first run counts.
            (.expected(nil), [], nil), (.expected(nil), [7], 7), (.expected(nil), [7, 3], 3),
            // The median of the last fifteen runs.
            (.expected(nil), [5, 5, 900_000, 5, 6], 5), (.expected(1), old + Array(repeating: 1, count: 7), 100),
            (.expected(1), old + Array(repeating: 1, count: 8), 1),
        ] as [(DurationEstimator.Basis, [Int], Int?)])
    func theEstimateFollowsTheRunsOfItsType(basis: DurationEstimator.Basis, runs: [Int], estimate: Int?) {
        var estimator = DurationEstimator([basis, .expected(nil)])
        for run in runs { estimator.note(run, of: TaskTypeIndex(rawValue: 0)) }
        #expect(estimator.durations == [estimate, nil])
    }
}
