import Testing

@testable import TaskFile

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

struct KeyDepthTests {
    @Test(arguments: [
        "[KEY]", "[[KEY]]", "KEY = 1", "x = { KEY = 1 }", "x = [{ y = 1, KEY = 1 }]", "[x]\nKEY = 1",
        "x = { y = '''z'''', KEY = 1 }",
    ])
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
}
