import Testing

@testable import CommandArguments

struct ProgramRunTests {
    @Test func aMessageOfSeveralLinesBecomesOne() {
        #expect(oneLine("Unknown option '--x'") == "Unknown option '--x'.")
        #expect(oneLine("Unknown option '--x'. Did you mean '--y'?") == "Unknown option '--x'. Did you mean '--y'?")
        #expect(oneLine("Please provide one of:\n  - a\n  - b") == "Please provide one of: a, b.")
        #expect(
            oneLine("Can't do it.\nPlease use one of:\n    zsh bash") == "Can't do it. Please use one of: zsh bash.")
        #expect(oneLine("") == "")
    }

    @Test func twoDashesAreDataWhereDataIsExpected() {
        #expect(withoutTerminators(["-d", "--", "-n", "x"]) == ["--data=--", "-n", "x"])
        #expect(withoutTerminators(["-a", "run", "--data", "--"]) == ["-a", "run", "--data=--"])
        #expect(withoutTerminators(["-n", "x", "--", "y"]) == ["-n", "x", "--", "y"])
        #expect(withoutTerminators(["-d", "x"]) == ["-d", "x"])
    }
}

struct MessageTests {
    @Test func theCallForHelp() {
        #expect(helpCall(in: "Error: no\nUsage: a b\n  See 'a b --help' for more information.") == "a b --help")
        #expect(helpCall(in: "Error: no") == nil)
    }

    @Test func dashesAfterTheEndOfTheOptionsAreData() {
        #expect(withoutTerminators(["run", "echo", "--", "-d", "--"]) == ["run", "echo", "--", "-d", "--"])
    }
}
