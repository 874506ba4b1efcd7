import Testing

@testable import uv_task

/// Durations, in milliseconds, and sizes, in bytes.
struct QuantityTextTests {
    private func expect(_ text: (Int) -> String, _ cases: KeyValuePairs<Int, String>) {
        for (value, expected) in cases { #expect(text(value) == expected, "\(value)") }
    }

    @Test func sizesAreRoundedDown() {
        expect(
            ByteCount.text,
            [
                0: "0 bytes", 1: "1 byte", 1023: "1023 bytes", 1024: "1 KiB", 65_536: "64 KiB", 1 << 20: "1 MiB",
                12_950_000: "12.3 MiB", (1 << 30) - 1: "1023.9 MiB", 3 << 30: "3 GiB", .max: "8388607.9 TiB",
            ])
    }

    @Test func estimatesAreRoundedToTheNearest() {
        expect(
            Durations.about,
            [
                .min: "less than 1 s", 999: "less than 1 s", 1000: "about 1 s", 1499: "about 1 s", 1500: "about 2 s",
                99_499: "about 99 s", 99_500: "about 2 min", 5_969_999: "about 99 min", 5_970_000: "about 2 h",
                47 * 3_600_000: "about 47 h", 48 * 3_600_000: "about 2 days", 5 * 86_400_000: "about 5 days",
            ])
        expect(Durations.rough, [999: "<1 s", 8600: "9 s", .max: "106751991167 days"])
    }

    @Test func measuredTimesAreRoundedDown() {
        expect(
            Durations.short,
            [
                -1: "0.0 s", 49: "0.0 s", 340: "0.3 s", 59_999: "59.9 s", 60_000: "1 min 0 s", 185_999: "3 min 5 s",
                3_599_999: "59 min 59 s", 3_600_000: "1 h 0 min", 7_440_000: "2 h 4 min",
                172_799_999: "47 h 59 min", 172_800_000: "2 days", 5 * 86_400_000: "5 days",
            ])
        expect(
            Durations.running,
            [-1: "0 s", 999: "0 s", 59_999: "59 s", 60_000: "1 min 0 s", 185_999: "3 min 5 s", 432_000_000: "5 days"])
    }

    @Test func chosenTimesAreExactAndPastOnesRoundedDown() {
        expect(
            Durations.exact,
            [0: "0 s", 500: "500 ms", 1500: "1500 ms", 90_000: "90 s", 600_000: "10 min", 86_400_000: "24 h"])
        expect(
            Durations.ago,
            [
                -5: "just now", 999: "just now", 3000: "3 s ago", 59_999: "59 s ago", 300_000: "5 min ago",
                3_599_999: "59 min ago", 7_200_000: "2 h ago", 172_799_999: "47 h ago", 259_200_000: "3 days ago",
            ])
    }

    @Test func momentsMayBeAnything() {
        #expect(Durations.between(5, 8) == 3 && Durations.between(8, 5) == 0)
        #expect(Durations.between(.min, 5) == .max && Durations.between(5, .min) == 0)
    }
}
