import Testing

@testable import CommandArguments

struct ProgramRunTests {
    @Test func aMessageOfSeveralLinesBecomesOne() {
        #expect(oneLine("Unknown option '--x'") == "Unknown option '--x'.")
        #expect(oneLine("Unknown option '--x'. Did you mean '--y'?") == "Unknown option '--x'. Did you mean '--y'?")
        #expect(oneLine("Please provide one of:\n  - a\n  - b") == "Please provide one of: a, b.")
        #expect(oneLine("") == "")
    }

    @Test func twoDashesAreDataWhereDataIsExpected() {
        #expect(withoutTerminators(["-d", "--", "-n", "x"]) == ["--data=--", "-n", "x"])
        #expect(withoutTerminators(["-a", "run", "--data", "--"]) == ["-a", "run", "--data=--"])
        #expect(withoutTerminators(["-n", "x", "--", "y"]) == ["-n", "x", "--", "y"])
        #expect(withoutTerminators(["-d", "x"]) == ["-d", "x"])
    }
}
