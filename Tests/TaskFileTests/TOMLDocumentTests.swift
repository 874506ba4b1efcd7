import ModelRuns
import Testing

@testable import TaskFile

/// The text's members as `line:key=value` words.
private func read(_ text: String) throws(TOMLError) -> [String] { describe(try readTOML(Array(text.utf8))) }

private func describe(_ members: [TOMLMember]) -> [String] {
    members.map { "\($0.line):\($0.key)=\(describe($0.node))" }
}

private func describe(_ node: TOMLNode) -> String {
    switch node.value {
    case .string(let text): "'\(text)'"
    case .integer(let number): "\(number)"
    case .float(let number): "\(number)"
    case .boolean(let value): "\(value)"
    case .dateOrTime: "date"
    case .array(let elements): "[\(elements.map { "\($0.line):\(describe($0))" }.joined(separator: " "))]"
    case .table(let members): "{\(describe(members).joined(separator: " "))}"
    }
}

private func problem(_ bytes: [UInt8]) -> TOMLError? {
    do throws(TOMLError) {
        _ = try readTOML(bytes)
        return nil
    } catch {
        return error
    }
}

private func problem(_ text: String) -> TOMLError? { problem(Array(text.utf8)) }

struct TOMLDocumentTests {
    @Test func everyKindOfValue() throws {
        let text = """
            s = "x"
            i = -7
            h = 0xff
            f = 2.5
            t = true
            d = 2026-11-23
            m = 2026-11-23T10:00:00Z
            a = [1, "y", []]
            o = { k = 1, l = {} }
            """
        #expect(
            try read(text) == [
                "1:s='x'", "2:i=-7", "3:h=255", "4:f=2.5", "5:t=true", "6:d=date", "7:m=date", "8:a=[8:1 8:'y' 8:[]]",
                "9:o={9:k=1 9:l={}}",
            ])
        #expect(try read("") == [])
        #expect(try read("# nothing\n") == [])
    }

    @Test func membersStandInTheOrderOfTheText() throws {
        let text = """
            [tasks.zeta]
            b = 1
            a = 2

            [other]

            [tasks.alpha]
            x.y = 1
            x.b = [
              1,
              2,
            ]
            """
        #expect(
            try read(text) == [
                "1:tasks={1:zeta={2:b=1 3:a=2} 7:alpha={8:x={8:y=1 9:b=[10:1 11:2]}}}", "5:other={}",
            ])
    }

    @Test func tablesInArrays() throws {
        #expect(try read("[[l]]\na = 1\n[[l]]\n[l.b]") == ["1:l=[1:{2:a=1} 3:{4:b={}}]"])
    }

    @Test func stringsAndKeysAreUnescaped() throws {
        #expect(try read(#""a\n\"" = "\u043f\U0001F600\u0000\\""#) == ["1:a\n\"='п😀\0\\'"])
        #expect(try read("'пример' = '''\nx\n\\n'''") == ["1:пример='x\n\\n'"])
        #expect(try read("\u{feff}a = 1\r\nb = 2\r\n") == ["1:a=1", "2:b=2"])
    }

    @Test(arguments: [
        ("a = 1\na = 2", 2, "Error while parsing key-value pair: cannot redefine existing integer 'a'"),
        ("\n\na = \"x", 3, "Error while parsing string: encountered end-of-file"),
        ("a = 1 b", 1, "Error while parsing key-value pair: expected a comment or whitespace, saw 'b'"),
        ("a = n\n", 1, "Error while parsing floating-point: expected 'nan', saw 'n\\n'"),
    ]) func mistakesAreToldInToml(text: String, line: Int, words: String) {
        #expect(problem(text) == TOMLError(line: line, description: words))
    }

    @Test(arguments: [
        "a", "a =", "= 1", "[a", "[a]]", "[]", "a = [1", "a = {", "a = 1\n[a]", "[a]\n[a]", "a = tru", "a = 01",
        "a = 1.",
        "a = \"x\ny\"", "a = \"\\x\"", "a = \"\\ud800\"", "a.b = 1\na = 2", "a = { b = 1 }\na.c = 2", "a = 1\0",
        "a = yes",
        "a = 9223372036854775808", "a: 1", "{}", "[[[a]]]", "[.a]", "a = [1,}", "\"\"\"a\"\"\" = 1", "a = 2026-13-01",
    ]) func whatIsNoTOMLIsRefused(text: String) { #expect(problem(text) != nil) }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]])
    func whatIsNotUTF8IsRefused(bytes: [UInt8]) {
        #expect(problem(Array("\na = '".utf8) + bytes + Array("'".utf8))?.line == 2)
        #expect(problem(Array("\n# ".utf8) + bytes)?.line == 2)
    }

    /// For most of these toml++'s own test for white space is undefined.
    @Test func charactersThatAreNotASCII() throws {
        #expect(try read("'é' = \"\"\"\\\n  éпр\"\"\" # é") == ["1:é='éпр'"])
        for text in [
            "привет = 1", "a = \u{201c}x\u{201d}", "\u{a0}a = 1", "a = 1 \u{200b}", "a = 0'é'", "a = \"\"\"\\é\"\"\"",
        ] {
            #expect(problem("\n" + text)?.line == 2)
        }
    }

    @Test func nestedValuesAreBounded() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            "a = " + String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        #expect(problem(nested(15, "[", "]")) == nil)
        #expect(problem(nested(16, "[", "]"))?.description.contains("maximum nested value depth of 16") == true)
        #expect(problem(nested(500_000, "[", "]")) != nil)
        #expect(problem(nested(500_000, "{a=", "}")) != nil)
    }

    /// Whatever random damage does to a text, it is read or refused.
    @Test func damagedTexts() {
        let whole = Array(
            "[t.a]\nc = [\"x\", 'y']\ns = \"\"\"\nz\"\"\"\n[[l]]\ni = { x.y = 1.5, d = 1979-05-27 }\n".utf8)
        let letters = Array("\"'\\[]{}.,=#\n\r\t \0ax1-:_+\u{e9}".utf8)
        var random = SeededGenerator(seed: 6)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = bytes.indices.randomElement(using: &random) ?? 0
                let length = min(Int.random(in: 0...5, using: &random), bytes.count - place)
                let letter = letters.randomElement(using: &random) ?? 0
                bytes.replaceSubrange(place..<(place + length), with: [letter])
            }
            #expect((problem(bytes)?.line ?? 1) >= 1)
        }
    }
}
