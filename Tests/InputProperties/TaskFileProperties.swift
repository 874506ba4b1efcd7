import TaskCore
import TaskFile

/// Properties of the reader of task files.
package struct TaskFileProperties: InputProperties {
    package init() {}

    package func check(_ input: [UInt8]) throws(BrokenProperty) {
        let reading = Reading(input)
        try mistakesAreOnLinesOfTheFile(reading, of: input)
        try aLineBeforeTheFileMovesItsMistakes(reading, of: input)
        try theTypesAreReadBack(reading, of: input)
    }

    /// Each mistake is one line, and the mistakes are in the order of the file.
    private func mistakesAreOnLinesOfTheFile(_ reading: Reading, of input: [UInt8]) throws(BrokenProperty) {
        let lines = reading.mistakes.map { $0.line ?? 1 }
        let count = input.count { $0 == UInt8(ascii: "\n") } + 1
        guard lines.allSatisfy((1...count).contains), lines == lines.sorted() else {
            throw BrokenProperty("mistakes on the lines \(lines) of \(count)", for: input)
        }
        for mistake in reading.mistakes
        where mistake.text.unicodeScalars.contains(where: { $0.isControl || $0 == "\n" }) {
            throw BrokenProperty("not one line of text: \(mistake.text.debugDescription)", for: input)
        }
    }

    /// Not after a byte-order mark. If a text is not UTF-8, toml++ looks at it in blocks, and reports the first mistake of
    /// a block or that it is not UTF-8.
    private func aLineBeforeTheFileMovesItsMistakes(_ reading: Reading, of input: [UInt8]) throws(BrokenProperty) {
        guard !input.starts(with: [0xEF, 0xBB, 0xBF]), String(validating: input, as: UTF8.self) != nil else { return }
        let moved = Reading(Array("\n".utf8) + input)
        guard moved.report == reading.report, moved.mistakes == reading.mistakes.map(\.onNextLine) else {
            throw BrokenProperty("\(reading) becomes \(moved) after an empty line", for: input)
        }
    }

    /// The types of a valid file are the same after writing and reading them.
    private func theTypesAreReadBack(_ reading: Reading, of input: [UInt8]) throws(BrokenProperty) {
        guard reading.mistakes.isEmpty else { return }
        guard !reading.types.isEmpty, reading.report.map(\.unicodeScalars)?.contains(where: \.isControl) == false else {
            throw BrokenProperty("\(reading.types.count) types, reported as \(reading.report ?? "")", for: input)
        }
        let text = reading.types.map(Self.toml).joined()
        let again = Reading(Array(text.utf8))
        guard again.report == reading.report, again.types.map(\.command) == reading.types.map(\.command) else {
            throw BrokenProperty("\(reading) is read back as \(again) from \(text)", for: input)
        }
    }

    private static func toml(_ type: TaskType) -> String {
        guard let command = type.command else { return "" }
        let arguments = command.arguments.map { quoted($0.template) }
        let variables = command.environment.map { "\(quoted($0)) = \(quoted($1))" }
        func time(_ time: Duration) -> String { quoted("\(time / .milliseconds(1))ms") }
        let members: [(key: String, value: String?)] = [
            ("command", "[\(arguments.joined(separator: ", "))]"), ("description", type.description.map(quoted)),
            ("data", quoted(command.data.rawValue)), ("result", quoted(command.result.rawValue)),
            ("timeout", command.timeout.map(time)), ("expected", command.expected.map(time)),
            ("max_output", "\(command.maximumOutput)"), ("directory", command.directory.map(quoted)),
            ("environment", "{ \(variables.joined(separator: ", ")) }"), ("data_as_option", "true"),
        ]
        let lines = members.compactMap { key, value in value.map { "\(key) = \($0)\n" } }
        return "[tasks.\(quoted(type.name))]\n" + lines.joined()
    }

    /// A string of TOML in which every character is escaped.
    private static func quoted(_ text: String) -> String {
        let escapes = text.unicodeScalars.map { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
        return "\"\(escapes.joined())\""
    }
}

/// What is found in a file.
private struct Reading {
    struct Mistake: Equatable {
        let line: Int?
        let text: String

        var onNextLine: Mistake { Mistake(line: line.map { $0 + 1 }, text: text) }
    }

    var types: [TaskType] = []
    var mistakes: [Mistake] = []
    /// nil if there are mistakes.
    var report: String?

    init(_ text: [UInt8]) {
        do throws(TaskFileMistakes) {
            let file = try TaskFile(text)
            types = file.types
            report = file.report(named: "f", beside: 0)
        } catch {
            // Each is `f:7: text`, or `f: text` if it is about the whole file.
            mistakes = error.mistakes.map { mistake in
                let text = mistake.text(in: "f").dropFirst(2)
                let digits = text.prefix { $0.isASCII && $0.isNumber }
                return Mistake(line: Int(digits), text: String(text.dropFirst(digits.count)))
            }
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control && self != "\n" }
}

// MARK: Inputs

extension TaskFileProperties {
    /// The examples of TASKFILE.md, and the values of each key that are valid, almost valid, or at the end of a range.
    package static func corpus() throws -> [[UInt8]] {
        let examples = try blocks(of: "toml\n", in: document(taskFiles))
        let refused = try document(taskFiles).matches(of: /`(\[".*"\])`/).map { String($0.1) }
        let members = values.flatMap { key, values in values.map { "command = [\"x\"]\n\(key) = \($0)\n" } }
        let types = (members + refused.map { "command = \($0)\n" }).map { "[tasks.a]\n\($0)" }
        return (examples + types + texts).map { Array($0.utf8) }
    }

    private static let taskFiles = "Sources/TaskFile/TASKFILE.md"

    private static let values = [
        (
            "command",
            ["['x', \"b\\u0000\"]", "[\n'sh',\n'-c', 'echo {data}']", "['x', '--', '{data}{id}']", "[[]]", "{}"]
        ),
        ("description", ["\"\"\"a\nb\"\"\"", "\"\\u001b\\U0001F600\"", "'Снимок'"]), ("data", ["'base64'", "'hex'"]),
        ("timeout", ["'1.5'", "'30s'", "'500ms'", "'2m'", "'1h'", "0", "1000000000", "1000000001", "1979-05-27"]),
        ("max_output", ["'64KiB'", "10485760", "10485761", "0xff", "16777217\nresult = 'base64'", "1e3"]),
        ("directory", ["'/srv/my work'", "'work'"]), ("data_as_option", ["true", "false", "1"]),
        ("environment", ["{ LANG = 'C.UTF-8', _9 = '' }", "{ 'A=B' = '' }", "{ UV_TASK_SUBMITTER = '0' }"]),
        ("timout", ["+inf", "1_000", "[1, 'y', [],]"]),
    ]

    private static let texts = [
        "", "# nothing\n", "\u{feff}tasks.a.command = [\"x\"]\r\n", "tasks = {}", "[[tasks]]",
        "[tasks]\ncommand = ['x']", "[tasks.\"\\u00e9\"]\ncommand = ['x']\n[tasks.\"e\\u0301\"]\ncommand = ['x']\n",
        "[t.z]\nb = 1\na = 2\n[o]\n[t.a]\nx.y = 1\nx.b = [\n1,\n2]\n[[l]]\ni = { x.y = 1.5, d = 1979-05-27T10:00:00Z }",
        "[\(Array(repeating: "a", count: 32).joined(separator: "."))]\nb = 1",
        "a = \(String(repeating: "[", count: 8))1\(String(repeating: "]", count: 8))",
        "\n" + Array(repeating: "a", count: 502).joined(separator: "."),
    ]

    /// The words in backticks of TASKFILE.md, and pieces of TOML.
    package static func words() throws -> [String] {
        let words = try Set(document(taskFiles).matches(of: /`(\w+)`/).map { String($0.1) }).sorted()
        return words + pieces
    }

    private static let pieces = [
        "tasks", "tasks.a", "{data}", "{id}", "30s", "4MiB", "sh", "-c", "--", "\"", "'", "\"\"\"", "'''", "\\",
        "\\u0000",
        "\\U0001F600", "[", "]", "[[", "]]", "{", "}", " = ", ".", ",", "#", "\n", "\r\n", "\t", "\0", "\u{feff}", "é",
        "e\u{301}", "true", "-", "0x", "1e5", "1_0", "inf", "1979-05-27", "10:00:00Z",
    ]
}
