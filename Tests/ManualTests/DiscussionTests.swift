import Testing

@testable import Manual

struct DiscussionTests {
    @Test func headingsOpenSections() {
        let discussion = Discussion(
            """
            What it does.
            And more.

            Exit codes: 0 done, 6 no server.

            Environment:
            $HOME, and nothing else.
            """)
        #expect(discussion[.description] == [.text(["What it does.", "And more."])])
        #expect(discussion[.exitStatus] == [.text(["0 done, 6 no server."])])
        #expect(discussion[.environment] == [.text(["$HOME, and nothing else."])])
        #expect(discussion[.examples] == [])
    }

    @Test func aQualifiedHeadingIsKept() {
        let line = "Exit codes of res: 1 the task ended in error, 2 it has not."
        #expect(Discussion(line)[.exitStatus] == [.text([line])])
    }

    @Test func indentedLinesAreLiteral() {
        let discussion = Discussion("Examples:\n  a  # one\n    b\n\nExample: c -- -5")
        #expect(discussion[.examples] == [.literal(["a  # one", "  b"]), .literal(["c -- -5"])])
    }

    @Test func exitCodesBecomeAList() {
        let codes = Discussion("Exit codes: 0 done; 1, 2 not done, or so. The highest counts.")[.exitStatus]
        #expect(
            codes == [
                .list([.init(term: "0", meaning: "done"), .init(term: "1, 2", meaning: "not done, or so")]),
                .text(["The highest counts."]),
            ])
        for text in ["0 answered, 6 no server.", "0 submitted; with --wait also 1 an error."] {
            #expect(Discussion("Exit codes: \(text)")[.exitStatus] == [.text([text])])
        }
    }

    @Test func linesInTwoColumnsAreAList() {
        let discussion = Discussion("Environment:\n  UV_HOST   the server\n  NO_COLOR  no colours")
        #expect(
            discussion[.environment]
                == [
                    .list([
                        .init(term: "UV_HOST", meaning: "the server"), .init(term: "NO_COLOR", meaning: "no colours"),
                    ])
                ])
    }

    @Test func textThatMentionsAHeadingIsText() {
        for text in ["", "Exit codes tell how it went.", "The example: none."] {
            #expect(Discussion(text)[.exitStatus] == [] && Discussion(text)[.examples] == [])
        }
    }
}
