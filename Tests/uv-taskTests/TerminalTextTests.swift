import Testing

@testable import uv_task

struct TerminalTextTests {
    @Test(arguments: ["", "a\tb\r\n", "пример 👍\u{202E}", "\u{FFFD}"]) func whatPeopleCanReadIsPlainText(text: String) {
        #expect(TerminalText.plainText(Array(text.utf8)) == text)
    }

    @Test(arguments: [[0xFF], [0x61, 0], [0x1B], [0x7F], [0xC2, 0x9B], [0xC3]] as [[UInt8]])
    func whatPeopleCannotReadIsNoPlainText(bytes: [UInt8]) { #expect(TerminalText.plainText(bytes) == nil) }

    @Test(arguments: [
        ("\u{1B}[31mred\u{7}", #"\u{1B}[31mred\u{7}"#),
        ("a\r\u{0}\u{7F}\u{80}\u{9B}\u{9F}", #"a\u{D}\u{0}\u{7F}\u{80}\u{9B}\u{9F}"#),
        ("\u{61C}\u{200E}\u{200F}\u{200D}", "\\u{61C}\\u{200E}\\u{200F}\u{200D}"),
        ("\u{202A}\u{202E}\u{2066}\u{2069}", #"\u{202A}\u{202E}\u{2066}\u{2069}"#),
    ]) func whatATerminalWouldObeyIsShown(text: String, shown: String) { #expect(TerminalText.escaped(text) == shown) }

    @Test func otherTextStaysAsItIs() {
        let text = "двa\tlines\nof e\u{301}\u{A0}text 👍🏽\u{2029}\u{202F}\u{206A} \\u{1B}"
        #expect(TerminalText.escaped(text).utf8.elementsEqual(text.utf8))
    }

    @Test func aLineStaysOneAndIsClippedWithItsEscapes() {
        #expect(TerminalText.escapedLine("a\tb\nc\u{2028}d\r\n") == #"a\u{9}b\u{A}c\u{2028}d\u{D}\u{A}"#)
        #expect(TerminalText.escapedLine("two\nlines", width: 13) == #"two\u{A}lines"#)
        #expect(TerminalText.escapedLine("two\nlines", width: 10) == #"two\u{A}l…"#)
        let long = String(repeating: "\u{1B}", count: 1_000_000)
        #expect(TerminalText.escapedLine(long, width: 8) == #"\u{1B}\…"#)
    }

    // MARK: Columns

    @Test(arguments: [
        ("", 0), ("naïve", 5), ("nai\u{308}ve", 5), ("кот", 3), ("日本", 4), ("ｗ", 2), ("한국", 4), ("\u{1112}\u{1161}", 2),
        ("👍", 2), ("👍🏽", 4), ("🇩🇪", 2), ("❤️", 2), ("❤", 1), ("a\u{200B}b", 2), ("…", 1), ("─", 1), ("𠀀", 2),
    ]) func aCharacterTakesUpToTwoColumns(text: String, count: Int) { #expect(TerminalText.columns(text) == count) }

    /// Wide and combined characters are not cut in half.
    @Test(arguments: [
        ("in the queue", 12, "in the queue"), ("in the queue", 11, "in the que…"), ("in the queue", 2, "i…"),
        ("in the queue", 1, "…"), ("in the queue", 0, ""), ("in the queue", -1, ""),
        ("in the queue", .max, "in the queue"),
        ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("日本語", 1, "…"), ("a❤️b", 3, "a❤…"),
        ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
    ]) func whatDoesNotFitEndsInAMark(text: String, width: Int, clipped: String) {
        #expect(TerminalText.clipped(text, to: width) == clipped)
    }

    @Test func onlyTheBeginningOfALongTextIsLookedAt() {
        let marks = "a" + String(repeating: "\u{301}", count: 1_000_000)
        let clipped = TerminalText.clipped(marks, to: 3)
        #expect(clipped.unicodeScalars.count == TerminalText.scalarLimit(3) && clipped.unicodeScalars.last == "…")
    }

    @Test func theFirstTextThatFitsIsTaken() {
        #expect(TerminalText.firstFitting(["long text", "text", "t"], width: 5) == "text")
        #expect(TerminalText.firstFitting(["long text", "text"], width: 3) == "te…")
        #expect(TerminalText.firstFitting([], width: 3) == "")
    }

    @Test func paddingCountsColumns() {
        #expect(TerminalText.padded("日", to: 4) == "日  " && TerminalText.padded("wide", to: 2) == "wide")
        #expect(TerminalText.padded("日", to: 4, alignsRight: true) == "  日")
    }
}
