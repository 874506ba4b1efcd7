import Testing

@testable import TOML

private func problem(_ text: String) -> TOMLError? {
    do throws(TOMLError) {
        _ = try readTOML(Array(text.utf8))
        return nil
    } catch {
        return error
    }
}

/// A key of so many parts.
private func key(_ parts: Int, _ part: String = "a") -> String {
    Array(repeating: part, count: parts).joined(separator: ".")
}

struct TOMLGuardTests {
    @Test(arguments: ["[KEY]", "[[KEY]]", "KEY = 1", "x = { KEY = 1 }", "x = [{ y = 1, KEY = 1 }]", "[x]\nKEY = 1"])
    func aKeyHas32PartsAtMost(text: String) {
        for part in ["a", "\"b.\\\"\"", "'c\\'", "\"\""] {
            func withKey(_ parts: Int) -> String { "\n" + text.replacing("KEY", with: key(parts, part)) }
            #expect(problem(withKey(32)) == nil)
            #expect(
                problem(withKey(33))
                    == TOMLError(line: text.contains("\n") ? 3 : 2, description: "a key has more than 32 parts"))
        }
    }

    /// Freed as it is read, each would overflow the stack.
    @Test(arguments: ["[KEY]", "[KEY]\n=", "KEY = 1", "x = { KEY = 1 }", "[[KEY]]", "[ KEY ] \n"])
    func keysOfAMegabyte(text: String) {
        #expect(problem(text.replacing("KEY", with: key(500_000)))?.description == "a key has more than 32 parts")
        #expect(
            problem(text.replacing("KEY", with: key(200_000, "\"\"")))?.description == "a key has more than 32 parts")
    }

    @Test(arguments: [
        "a = '\(key(100))'", "a = \"\(key(100))\"", "a = '''\n\(key(100))\n'\(key(100))''\(key(100))'''''",
        "a = \"\"\"\n\(key(100))\\\"\"\"\\\n\n\(key(100))\"\"\"\"", "# \(key(100))\na = 1 # \(key(100))",
        "a = [\(Array(repeating: "1.5", count: 100).joined(separator: ", "))]", "a = ''\nb = \"\"\nc = '\(key(100))'",
        Array(repeating: "[\(key(32))]\n", count: 1).joined() + (1...100).map { "a.b\($0) = 1\n" }.joined(),
    ]) func dotsElsewhereDoNotCount(text: String) { #expect(problem(text) == nil) }

    @Test func linesOfStringsAreCounted() {
        let deep = "\n[\(key(33))]"
        for text in ["a = '''\n\n'''", "a = \"\"\"\n\\\n\"\"\"", "a = 1 # x\n# y\n"] {
            let lines = text.count { $0 == "\n" }
            #expect(problem(text + deep)?.line == lines + 2)
        }
    }

    @Test(arguments: ["a = \u{201c}x\u{201d}", "\u{a0}a = 1", "привет = 1", "a = 1 \u{200b}", "a = [\n1, é]"])
    func onlyStringsAndCommentsAreNotASCII(text: String) {
        #expect(
            problem("\u{feff}# é\n" + text)
                == TOMLError(
                    line: text.contains("\n") ? 3 : 2,
                    description: "only strings and comments may have characters that are not ASCII"))
    }

    @Test func charactersBehindJoinedLines() {
        for text in ["\\\n \t\r\né", "\\é", "x\\\n\n\u{3000}"] {
            #expect(
                problem("a = \"\"\"\(text)\"\"\"")
                    == TOMLError(
                        line: 1 + text.utf8.count { $0 == 10 },
                        description:
                            "where a backslash joins lines, the next one must not begin with a character that is not ASCII"
                    ))
        }
        #expect(problem("a = \"\"\"\\\n x é\\\\é\n\\u043fé\"\"\"\nb = '''\\\né'''\nc = '\\é'") == nil)
    }
}
