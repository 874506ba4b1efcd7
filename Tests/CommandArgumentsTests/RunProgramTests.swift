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

    @Test(arguments: [
        ("-d -- -n x", "--data=-- -n x"), ("-a run --data --", "-a run --data=--"), ("-n x -- y", "-n x -- y"),
        ("-d x", "-d x"), ("run echo -- -d --", "run echo -- -d --"),
    ]) func twoDashesAfterDataAreItsValue(arguments: String, joined: String) {
        func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
        #expect(joiningDashesToData(words(arguments)) == words(joined))
    }
}
