import TaskPresentation
import Testing

struct UsageWordsTests {
    @Test func wordsForShells() {
        #expect(UsageWords.shellWord("a-b.c_1:2%lo") == "a-b.c_1:2%lo")
        #expect(UsageWords.shellWord("") == "''")
        #expect(UsageWords.shellWord("it's $x") == #"'it'\''s $x'"#)
    }

    @Test func linesThatWereLost() {
        #expect(
            UsageWords.linesLost("it broke", answered: 1)
                == "it broke; 1 line was answered, and what became of line 2 and those after it is not known")
    }

    @Test func nothingThatATerminalObeys() {
        #expect(!UsageWords.badPort("\u{1B}[2J").contains("\u{1B}"))
    }

    @Test func aPictureOverwritesWhatWasThere() {
        #expect(TerminalScreen.picture(["a", "b"]) == "\u{1B}[Ha\u{1B}[K\r\nb\u{1B}[K\u{1B}[J")
    }
}
