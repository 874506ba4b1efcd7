import Testing

@testable import CommandArguments

struct ProgramRunTests {
    @Test func aMessageOfSeveralLinesBecomesOne() {
        #expect(oneLine("Unknown option '--x'") == "Unknown option '--x'.")
        #expect(oneLine("Unknown option '--x'. Did you mean '--y'?") == "Unknown option '--x'. Did you mean '--y'?")
        #expect(oneLine("Please provide one of:\n  - a\n  - b") == "Please provide one of: a, b.")
        #expect(oneLine("") == "")
    }
}
