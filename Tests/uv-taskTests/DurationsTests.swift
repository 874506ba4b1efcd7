import Testing

@testable import uv_task

struct DurationsTests {
    @Test func estimates() {
        let times = [
            .min, 0, 999, 1000, 1499, 1500, 8600, 99_499, 99_500, 120_000, 99 * 60_000 + 29_999, 99 * 60_000 + 30_000,
            3 * 3_600_000, 47 * 3_600_000, 48 * 3_600_000, 5 * 86_400_000,
        ]
        #expect(
            times.map(Durations.about) == [
                "less than 1 s", "less than 1 s", "less than 1 s", "about 1 s", "about 1 s", "about 2 s", "about 9 s",
                "about 99 s", "about 2 min", "about 2 min", "about 99 min", "about 2 h", "about 3 h", "about 47 h",
                "about 2 days", "about 5 days",
            ])
        #expect([999, 8600, Int.max].map(Durations.rough) == ["<1 s", "9 s", "106751991167 days"])
    }

    @Test func measuredTimes() {
        let times = [
            -1, 0, 49, 340, 12_000, 59_999, 60_000, 185_999, 3_599_999, 3_600_000, 7_440_000, 172_799_999, 172_800_000,
            5 * 86_400_000,
        ]
        #expect(
            times.map(Durations.short) == [
                "0.0 s", "0.0 s", "0.0 s", "0.3 s", "12.0 s", "59.9 s", "1 min 0 s", "3 min 5 s", "59 min 59 s",
                "1 h 0 min", "2 h 4 min", "47 h 59 min", "2 days", "5 days",
            ])
    }

    @Test func timesThatGoOn() {
        #expect(
            [-1, 0, 999, 59_999, 60_000, 185_999, 7_440_000, 5 * 86_400_000].map(Durations.running) == [
                "0 s", "0 s", "0 s", "59 s", "1 min 0 s", "3 min 5 s", "2 h 4 min", "5 days",
            ])
    }

    @Test func chosenTimes() {
        #expect(
            [0, 500, 1500, 30_000, 90_000, 600_000, 86_400_000].map(Durations.exact) == [
                "0 s", "500 ms", "1500 ms", "30 s", "90 s", "10 min", "24 h",
            ])
    }

    @Test func whatIsPast() {
        #expect(
            [-5, 999, 3000, 59_999, 300_000, 3_599_999, 7_200_000, 172_799_999, 3 * 86_400_000].map(Durations.ago) == [
                "just now", "just now", "3 s ago", "59 s ago", "5 min ago", "59 min ago", "2 h ago", "47 h ago",
                "3 days ago",
            ])
    }

    @Test func momentsMayBeAnything() {
        #expect(Durations.between(5, 8) == 3)
        #expect(Durations.between(8, 5) == 0)
        #expect(Durations.between(.min, 5) == .max)
        #expect(Durations.between(5, .min) == 0)
    }
}
