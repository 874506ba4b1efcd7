import TaskCore
import Testing

struct TimestampTests {
    private let time = Timestamp(milliseconds: 1000)

    @Test func aDifferenceIsNeverNegative() {
        #expect(time.milliseconds(since: Timestamp(milliseconds: 400)) == 600)
        #expect(time.milliseconds(since: Timestamp(milliseconds: 1001)) == 0)
        #expect(time.milliseconds(since: Timestamp(milliseconds: .min)) == .max)
        #expect(Timestamp(milliseconds: .min).milliseconds(since: time) == 0)
    }

    @Test(arguments: [
        (5, 7, 1, 12), (5, 7, 3, 26), (.max, 1, 1, .max), (1, .max, 2, .max), (-1, .max, -2, .min), (.min, -1, 1, .min),
        (.max, .min, 1, -1), (0, .min, -1, .max),
    ]) func aSumIsClamped(start: Int, number: Int, count: Int, sum: Int) {
        #expect(start.addingClamped(number, times: count) == sum)
    }
}
