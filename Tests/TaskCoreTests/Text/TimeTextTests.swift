import Testing

@testable import TaskCore

struct TimeTextTests {
    @Test(arguments: [
        ("30", 30_000), ("1.5", 1500), ("30s", 30_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000),
        ("0.001", 1), ("0.5ms", 1), ("1000000000s", 1_000_000_000_000),
    ]) func aTimeWithOrWithoutAUnitIsRead(text: String, milliseconds: Int) {
        #expect(TimeText.milliseconds(text) == milliseconds)
    }

    @Test(arguments: [
        "", "s", "x", "0", "-1", "1e300", "nan", "inf", "1 s", "0.0001", "0x10s", "1e3", "1e3ms", "+5s", "-0s",
        "1.2.3s", ".", ".s", "5\u{301}s", "٣s", " 5s", "1_0", "0.4ms", "1d", "1000000001s", "1S",
    ])
    func otherTextIsNoTime(text: String) { #expect(TimeText.milliseconds(text) == nil) }

    @Test(arguments: [(1, "1ms"), (999, "999ms"), (1000, "1s"), (1500, "1500ms"), (90_000, "90s")])
    func aWrittenTimeCanBeReadAgain(milliseconds: Int, text: String) {
        #expect(TimeText.text(milliseconds) == text)
        #expect(TimeText.milliseconds(text) == milliseconds)
    }
}
