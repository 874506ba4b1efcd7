import Testing

@testable import uv_task

struct TerminalTextTests {
    @Test func whatPeopleCanRead() {
        for text in ["", "a\tb\r\n", "пример 👍\u{202E}", "\u{FFFD}"] {
            #expect(TerminalText.plainText(Array(text.utf8)) == text)
        }
        for bytes: [UInt8] in [[0xFF], [0x61, 0], [0x1B], [0x7F], [0xC2, 0x9B], [0xC3]] {
            #expect(TerminalText.plainText(bytes) == nil)
        }
    }

    @Test func whatATerminalWouldObeyIsShown() {
        #expect(TerminalText.escaped("\u{1B}[31mred\u{7}") == #"\u{1B}[31mred\u{7}"#)
        #expect(TerminalText.escaped("a\r\u{0}\u{7F}\u{80}\u{9B}\u{9F}") == #"a\u{D}\u{0}\u{7F}\u{80}\u{9B}\u{9F}"#)
        #expect(TerminalText.escaped("\u{61C}\u{200E}\u{200F}\u{200D}") == "\\u{61C}\\u{200E}\\u{200F}\u{200D}")
        #expect(TerminalText.escaped("\u{202A}\u{202E}\u{2066}\u{2069}") == #"\u{202A}\u{202E}\u{2066}\u{2069}"#)
    }

    @Test func otherTextStaysAsItIs() {
        let text = "двa\tlines\nof e\u{301}\u{A0}text 👍🏽\u{2029}\u{202F}\u{206A} \\u{1B}"
        #expect(TerminalText.escaped(text).utf8.elementsEqual(text.utf8))
    }

    @Test func aLineStaysOne() {
        #expect(TerminalText.escapedLine("a\tb\nc\u{2028}d\r\n") == #"a\u{9}b\u{A}c\u{2028}d\u{D}\u{A}"#)
    }

    @Test func escapesAreClippedLikeText() {
        #expect(TerminalText.escapedLine("two\nlines", width: 10) == #"two\u{A}l…"#)
        #expect(TerminalText.escapedLine("two\nlines", width: 13) == #"two\u{A}lines"#)
        #expect(TerminalText.escapedLine("two\nlines", width: nil) == #"two\u{A}lines"#)
        let long = String(repeating: "\u{1B}", count: 1_000_000)
        #expect(TerminalText.escapedLine(long, width: 8) == #"\u{1B}\…"#)
    }
}
