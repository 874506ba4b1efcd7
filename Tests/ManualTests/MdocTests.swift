import Testing

@testable import Manual

struct MdocTests {
    @Test func nothingIsTakenForAnInstruction() {
        #expect(Mdoc.line(".Sh x") == "\\&.Sh x")
        #expect(Mdoc.line("'x' \\fB") == "\\(aqx\\(aq \\efB")
        #expect(Mdoc.line("--x ^C ~ ` \"") == "\\-\\-x \\(haC \\(ti \\(ga \\(dq")
        #expect(Mdoc.line("кот\u{1F600}\u{1B}[m") == "\\[u043A]\\[u043E]\\[u0442]\\[u1F600][m")
    }

    @Test func anArgumentIsOneWordAndNoMacro() {
        #expect(Mdoc.argument("host") == "host")
        #expect(Mdoc.argument("1-65535") == "1\\-65535")
        for word in ["Ar", "Nm", "|", ".", "", "No"] { #expect(Mdoc.argument(word) == "\\&\(word)") }
        #expect(Mdoc.argument("one two") == "one\\ two")
    }

    @Test func sentencesBeginLines() {
        #expect(Mdoc.text("One. Two, e.g. this? Three.") == ["One.", "Two, e.g. this?", "Three."])
        let lines = Mdoc.text(String(repeating: "word .start ", count: 40))
        #expect(lines.count > 5)
        #expect(lines.allSatisfy { $0.count <= 76 && !$0.hasPrefix(".") })
        #expect(Mdoc.text("") == [])
    }
}
