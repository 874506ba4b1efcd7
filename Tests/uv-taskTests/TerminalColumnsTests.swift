import Testing

@testable import uv_task

struct TerminalColumnsTests {
    @Test(arguments: [
        ("", 0), ("naïve", 5), ("nai\u{308}ve", 5), ("кот", 3), ("日本", 4), ("ｗ", 2), ("한국", 4), ("\u{1112}\u{1161}", 2),
        ("👍", 2), ("👍🏽", 4), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("a\u{200B}b", 2), ("…", 1), ("─", 1), ("𠀀", 2),
    ])
    func columns(_ text: String, _ expected: Int) { #expect(TerminalText.columns(text) == expected) }

    @Test func whatDoesNotFitEndsInAMark() {
        let text = "3rd in the queue"
        #expect(TerminalText.clipped(text, to: 16) == text)
        #expect(TerminalText.clipped(text, to: 15) == "3rd in the que…")
        #expect(TerminalText.clipped(text, to: 2) == "3…")
        #expect(TerminalText.clipped(text, to: 1) == "…")
        #expect(TerminalText.clipped(text, to: 0) == "")
        #expect(TerminalText.clipped(text, to: -1) == "")
        #expect(TerminalText.clipped(text, to: .max) == text)
    }

    @Test func wideCharactersAreNotCutInHalf() {
        #expect(TerminalText.clipped("日本語", to: 6) == "日本語")
        #expect(TerminalText.clipped("日本語", to: 5) == "日本…")
        #expect(TerminalText.clipped("日本語", to: 4) == "日…")
        #expect(TerminalText.clipped("日本語", to: 1) == "…")
        #expect(TerminalText.clipped("e\u{301}e\u{301}e\u{301}", to: 2) == "e\u{301}…")
        #expect(TerminalText.clipped("a❤️b", to: 3) == "a❤…")
    }

    @Test func onlyTheBeginningOfALongTextIsLookedAt() {
        let marks = "a" + String(repeating: "\u{301}", count: 1_000_000)
        let clipped = TerminalText.clipped(marks, to: 3)
        #expect(clipped.unicodeScalars.count == TerminalText.scalarLimit(3))
        #expect(clipped.unicodeScalars.last == "…")
    }

    @Test func theFirstThatFits() {
        #expect(TerminalText.firstFitting(["long text", "text", "t"], width: 5) == "text")
        #expect(TerminalText.firstFitting(["long text", "text"], width: 3) == "te…")
        #expect(TerminalText.firstFitting([], width: 3) == "")
    }

    @Test func padding() {
        #expect(TerminalText.padded("日", to: 4) == "日  ")
        #expect(TerminalText.padded("日", to: 4, alignsRight: true) == "  日")
        #expect(TerminalText.padded("wide", to: 2) == "wide")
    }
}
