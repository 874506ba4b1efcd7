import Testing

@testable import uv_task

struct UsageWordsTests {
    @Test func wordsForShells() {
        #expect(UsageWords.shellWord("a-b.c_1:2%lo/x") == "a-b.c_1:2%lo/x")
        #expect(UsageWords.shellWord("") == "''")
        #expect(UsageWords.shellWord("it's $x") == #"'it'\''s $x'"#)
    }

    @Test func linesThatWereLost() {
        #expect(
            UsageWords.linesLost("it broke", answered: 1, unknown: 2...2)
                == "it broke; 1 line was answered, and what became of line 2 is not known")
        #expect(
            UsageWords.linesLost("it broke", answered: 12, unknown: 13...15)
                == "it broke; 12 lines were answered, and what became of lines 13 to 15 is not known")
        #expect(UsageWords.linesLost("it broke", answered: 2, unknown: nil) == "it broke; 2 lines were answered")
    }

    @Test func nothingThatATerminalObeys() {
        #expect(!UsageWords.badPort("\u{1B}[2J").contains("\u{1B}"))
    }

    @Test func aPictureOverwritesWhatWasThere() {
        #expect(TerminalScreen.picture(["a", "b"]) == "\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J")
    }
}
