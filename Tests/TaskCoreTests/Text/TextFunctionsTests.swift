import Testing

@testable import TaskCore

struct TextFunctionsTests {
    @Test(arguments: [
        ("", ""), ("a", "a"), ("hello", "olleh"), ("пример", "ремирп"),
        ("предложение из нескольких слов", "волс хикьлоксен зи еинежолдерп"),
        ("e\u{301}a", "ae\u{301}"),  // an accent stays on its letter
        ("й1", "1й"), ("и\u{306}1", "1и\u{306}"),
        ("🇷🇺🇫🇷", "🇫🇷🇷🇺"),  // a flag is a pair of letters
        ("👨‍👩‍👧‍👦!", "!👨‍👩‍👧‍👦"), ("👍🏽👎", "👎👍🏽"),
        ("a\r\nb", "b\r\na"),  // CRLF is one character
        ("\0\u{1f}", "\u{1f}\0"),
    ])
    func reversal(text: String, expected: String) {
        #expect(Array(reversed(text).unicodeScalars) == Array(expected.unicodeScalars))
    }

    /// A quadratic implementation takes minutes here.
    @Test(.timeLimit(.minutes(60))) func longRowsOfFlags() {
        let flags = String(repeating: "🇷🇺", count: 100_000)
        #expect(reversed(flags).utf8.elementsEqual(flags.utf8))
        #expect(swappedPairwise(flags).utf8.elementsEqual(flags.utf8))
    }

    @Test(arguments: [
        ("", ""), ("a", "a"), ("ab", "ba"), ("abc", "bac"), ("abcd", "badc"), ("пример", "рпмире"), ("кот", "окт"),
        ("e\u{301}ab", "ae\u{301}b"), ("🇷🇺🇫🇷", "🇫🇷🇷🇺"), ("👨‍👩‍👧‍👦1", "1👨‍👩‍👧‍👦"), ("\r\na", "a\r\n"), ("a\r\nb", "\r\nab"),
    ])
    func swapping(text: String, expected: String) {
        #expect(Array(swappedPairwise(text).unicodeScalars) == Array(expected.unicodeScalars))
    }
}
