import Testing

@testable import CommandArguments

struct ArgumentsTests {
    @Test(arguments: [
        ("30", 30_000), ("1.5", 1500), ("30s", 30_000), ("500ms", 500), ("2m", 120_000), ("1h", 3_600_000),
        ("0.001", 1),
    ]) func times(text: String, milliseconds: UInt64) {
        #expect(TimeArgument(argument: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "s", "x", "0", "-1", "1e300", "nan", "inf", "1 s", "0.0001", "1d"])
    func whatIsNoTime(text: String) {
        #expect(TimeArgument(argument: text) == nil)
    }

    @Test func ports() {
        #expect(PortArgument(argument: "0")?.number == 0)
        #expect(PortArgument(argument: "65535")?.number == 65535)
        for text in ["65536", "-1", "x", "", "1.0"] { #expect(PortArgument(argument: text) == nil) }
    }

    @Test func counts() {
        #expect(CountArgument(argument: "1")?.value == 1)
        for text in ["0", "-1", "x", "", "1.5", "99999999999"] { #expect(CountArgument(argument: text) == nil) }
    }
}
