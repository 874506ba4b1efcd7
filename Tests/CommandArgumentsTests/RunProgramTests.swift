import ArgumentParser
import Testing

@testable import CommandArguments

private struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "program", subcommands: [Part.self])

    struct Part: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "part")
    }
}

struct RunProgramTests {
    @Test func aUsageErrorIsOneLineThatNamesTheCallForHelp() {
        #expect(usageError(Program.self, [], "it failed") == "program: it failed (see program --help)")
        #expect(
            usageError(Program.self, ["part", "-x"], "a:\n    b c\n") == "program: a: b c (see program part --help)")
        #expect(usageError(Program.self, ["-x", "part"], "it failed") == "program: it failed (see program --help)")
    }

    @Test func twoDashesAfterDataAreItsValue() {
        #expect(joiningDashesToData(["-d", "--", "-n", "x"]) == ["--data=--", "-n", "x"])
        #expect(joiningDashesToData(["-a", "run", "--data", "--"]) == ["-a", "run", "--data=--"])
        #expect(joiningDashesToData(["-n", "x", "--", "y"]) == ["-n", "x", "--", "y"])
        #expect(joiningDashesToData(["-d", "x"]) == ["-d", "x"])
    }

    @Test func twoDashesAfterTheEndOfTheOptionsStayAsTheyAre() {
        #expect(joiningDashesToData(["run", "echo", "--", "-d", "--"]) == ["run", "echo", "--", "-d", "--"])
    }
}
