import ArgumentParser
import Manual
import Testing

@testable import CommandArguments

private struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Does nothing.", discussion: "Exit codes: 0 done; 1 not.", version: "1.5",
        subcommands: [Part.self])

    @Option(help: "How loud.") var level = Level.low
    @Option(help: ArgumentHelp("Not told.", visibility: .hidden)) var secret: String?

    struct Part: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A part.")
        @Argument(help: "Names.") var names: [String] = []
    }

    enum Level: String, CaseIterable, ExpressibleByArgument { case low, high }
}

struct ManualRequestTests {
    @Test func thePageIsThatOfTheDeclarations() throws {
        let page = try manual(of: Sample.self, dated: "May 1, 2026", .init(section: 1))
        #expect(page.contains(".Os sample\\ 1.5\n"))
        #expect(page.contains(".It Fl \\-level Ar level\nHow loud (values: low, high; default: low).\n"))
        #expect(page.contains(".Nm\n.Cm part\n.Op Ar names ...\n"))
        #expect(page.contains(".Ss sample part\nA part.\n"))
        #expect(page.contains(".It 0\ndone\n.It 1\nnot\n"))
        #expect(!page.contains("secret"))
    }

    @Test func helpAsAWord() {
        #expect(withHelpAsOption(["help"]) == ["--help"])
        for arguments in [[], ["help", "x"], ["--port", "help"]] { #expect(withHelpAsOption(arguments) == arguments) }
    }
}
