import Testing

@testable import TaskFile

/// The members of a document as `line:key=value`.
private func read(_ text: String) throws(TaskFileMistake) -> [String] { describe(try readTOML(Array(text.utf8))) }

private func describe(_ members: [TOMLMember]) -> [String] {
    members.map { "\($0.line):\($0.key)=\(describe($0.node))" }
}

private func describe(_ node: TOMLNode) -> String {
    switch node.value {
    case .string(let text): "'\(text)'"
    case .integer(let number): "\(number)"
    case .boolean(let value): "\(value)"
    case .array(let elements): "[\(elements.map { "\($0.line):\(describe($0))" }.joined(separator: " "))]"
    case .table(let members): "{\(describe(members).joined(separator: " "))}"
    case .other: "other"
    }
}

/// The error as `line: reason`; nil if the text is accepted.
private func error(_ bytes: [UInt8]) -> String? {
    do throws(TaskFileMistake) {
        _ = try readTOML(bytes)
        return nil
    } catch {
        return "\(error.line ?? 0): \(error.message)"
    }
}

private func error(_ text: String) -> String? { error(Array(text.utf8)) }

private func key(parts: Int, _ part: String = "a") -> String {
    Array(repeating: part, count: parts).joined(separator: ".")
}

struct TOMLReaderTests {
    @Test(arguments: [
        ("# nothing\n", []),
        ("s = 'x'\ni = -7\nh = 0xff\nt = true", ["1:s='x'", "2:i=-7", "3:h=255", "4:t=true"]),
        ("f = 2.5\nd = 2026-11-23\nm = 2026-11-23T10:00:00Z", ["1:f=other", "2:d=other", "3:m=other"]),
        ("a = [1, 'y', []]", ["1:a=[1:1 1:'y' 1:[]]"]),
        ("o = { k = 1, l = {} }", ["1:o={1:k=1 1:l={}}"]),
        ("[[l]]\na = 1\n[[l]]\n[l.b]", ["1:l=[1:{2:a=1} 3:{4:b={}}]"]),
        // Escapes in strings and keys.
        (#""a\n\"" = "\u043f\U0001F600\u0000\\""#, ["1:a\n\"='п😀\0\\'"]),
        ("'пример' = '''\nx\n\\n'''", ["1:пример='x\n\\n'"]),
        ("'é' = \"\"\"\\\n  éпр\"\"\" # é", ["1:é='éпр'"]),
        ("\u{feff}a = 1\r\nb = 2\r\n", ["1:a=1", "2:b=2"]),
        // Members are in the order of the text.
        (
            "[t.z]\nb = 1\na = 2\n[o]\n[t.a]\nx.y = 1\nx.b = [\n1,\n2]",
            ["1:t={1:z={2:b=1 3:a=2} 5:a={6:x={6:y=1 7:b=[8:1 9:2]}}}", "4:o={}"]
        ),
    ])
    func valuesAreReadWithTheirLines(text: String, members: [String]) throws { #expect(try read(text) == members) }

    @Test(arguments: [
        ("a = 1\na = 2", "2: Error while parsing key-value pair: cannot redefine existing integer 'a'"),
        ("a = n\n", "1: Error while parsing floating-point: expected 'nan', saw 'n\\n'"),
    ])
    func errorsAreOneLine(text: String, expected: String) { #expect(error(text) == expected) }

    /// Assertions of toml++ fail for the first two. Its test for white space is undefined for most characters outside ASCII.
    @Test(arguments: [
        "[[[a]]]", "\"\"\"a\"\"\" = 1", "привет = 1", "a = \u{201c}x\u{201d}", "\u{a0}a = 1", "a = 1 \u{200b}",
        "a = 0'é'", "a = \"\"\"\\é\"\"\"", "a = 1\0", "a = 9223372036854775808",
    ])
    func invalidTextsAreRefused(text: String) { #expect(error("\n\(text)")?.hasPrefix("2: ") == true) }

    @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        #expect(error(Array("\na = '".utf8) + bytes + Array("'".utf8))?.hasPrefix("2: ") == true)
        #expect(error(Array("\n# ".utf8) + bytes)?.hasPrefix("2: ") == true)
    }
}

/// A text of a megabyte must not overflow the stack, whatever it nests.
struct TOMLNestingTests {
    /// Each has as many levels as KEY has parts.
    @Test(arguments: ["[KEY]", "[[KEY]]", "KEY = 1", "x = 1\n[KEY]", "[KEY]\n[x]\nKEY = 1"])
    func valuesNest32Levels(text: String) {
        let extra = text.hasPrefix("[[") ? 1 : 0  // the element of the array
        #expect(error(text.replacing("KEY", with: key(parts: 31 - extra))) == nil)
        #expect(
            error(text.replacing("KEY", with: key(parts: 33)))?.hasSuffix(": nested more than 32 levels deep") == true)
    }

    @Test func theLineOfTheDeepValueIsReported() {
        #expect(error("x = 1\n[\(key(parts: 32))]\nb = 1") == "3: nested more than 32 levels deep")
    }

    @Test func arraysAndInlineTablesNestEightLevels() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            "a = " + String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        for (open, close) in [("[", "]"), ("{ a = ", "}")] {
            #expect(error(nested(7, open, close)) == nil)
            #expect(error(nested(8, open, close))?.contains("maximum nested value depth of 8") == true)
            #expect(error(nested(1_000_000 / (open.count + close.count), open, close)) != nil)
        }
    }

    @Test(arguments: [
        "[KEY]", "[KEY]\n=", "[[KEY]]", "KEY = 1", "x = [{ y = 1, KEY = 1 }]", "x = { y = '''z'''', KEY = 1 }", "# KEY",
    ])
    func aLineHas500Dots(text: String) {
        for (part, parts) in [("a", 500_000), ("\"\"", 300_000), ("'b.c'", 150_000)] {
            let hostile = text.replacing("KEY", with: key(parts: parts, part))
            #expect(error("\n\(hostile)") == "2: the line has more than 500 dots")
        }
    }

    /// The deepest tree that the bounds admit.
    @Test func theDeepestTreeDoesNotOverflowTheStack() {
        let key = key(parts: 500)
        for depth in 0...8 {
            let open = String(repeating: "{ x = '''\n''', \(key) = ", count: depth)
            let text = "[\(key)]\n\(key) = \(open)1" + String(repeating: " }", count: depth)
            #expect(error(text) != nil)
            #expect(error(text + "\n=") != nil)
        }
    }

    @Test(arguments: [
        "a = '\(key(parts: 500))'", "a = '''\n\(key(parts: 500))\n'\(key(parts: 500))'''",
        "# \(key(parts: 500))\na = 1 # \(key(parts: 500))",
    ])
    func dotsInTextsAndCommentsAreAccepted(text: String) { #expect(error(text) == nil) }
}
