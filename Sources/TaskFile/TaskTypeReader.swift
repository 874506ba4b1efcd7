import TaskCore

/// Reads one task type's table.
struct TaskTypeReader {
    private static let keys = [
        "command", "description", "data", "result", "timeout", "expected", "max_output", "directory", "environment",
        "data_as_option",
    ]

    /// The most that a command may write, in bytes: whatever characters it is made of, a reply has room for it; and base64 takes
    /// everybody's time to be made.
    static func mostOutput(_ result: DataEncoding) -> Int { result == .text ? 10 << 20 : 16 << 20 }

    private var table: TableReader
    /// Where the table begins.
    private let line: Int

    init(_ members: [TOMLMember], at path: ValuePath, on line: Int) {
        table = TableReader(members, at: path, knowing: Self.keys)
        self.line = line
    }

    /// In no order.
    var mistakes: [TaskFileMistake] { table.mistakes }

    /// The type; nil, or not what the file means, where there are mistakes.
    mutating func type(named name: String) -> TaskType? {
        let description = table.take("description", "must be a text of one line") { value in
            value.string.flatMap { $0.unicodeScalars.allSatisfy(Self.staysOnLine) ? $0 : nil }
        }
        let data = encoding("data")
        let result = encoding("result")
        let texts = commandTexts(data)
        var command = Command((texts.isEmpty ? [""] : texts).map { CommandArgument($0) })
        command.data = data
        command.result = result
        command.timeout = time("timeout")
        command.expected = time("expected")
        command.maximumOutput = outputLimit(result) ?? command.maximumOutput
        command.directory = table.take("directory", #"must be an absolute path, such as "/srv/work""#) { value in
            value.string.flatMap { $0.utf8.first == UInt8(ascii: "/") && !$0.utf8.contains(0) ? $0 : nil }
        }
        command.environment = environment()
        return TaskType(name: name, description: description, work: .command(command))
    }

    private static func staysOnLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private mutating func encoding(_ key: String) -> DataEncoding {
        table.take(key, #"must be "text" or "base64""#) { $0.string.flatMap(DataEncoding.init) } ?? .text
    }

    private mutating func time(_ key: String) -> Duration? {
        table.take(key, #"must be a time such as "30s", "500ms" or "2m", or a whole number of seconds, above 0"#) {
            value in
            switch value {
            case .string(let text): TimeText.milliseconds(text).map { .milliseconds($0) }
            case .integer(let seconds):
                (1...Int(TimeText.range.upperBound / 1000)).contains(seconds) ? .seconds(seconds) : nil
            default: nil
            }
        }
    }

    private mutating func outputLimit(_ result: DataEncoding) -> Int? {
        let most = Self.mostOutput(result)
        let expected = """
            must be a size such as "64KiB" or a whole number of bytes, from 1 to \(SizeText.text(most)) where result is \
            "\(result.rawValue)"
            """
        return table.take("max_output", expected) { value in
            let bytes = value.integer ?? value.string.flatMap(SizeText.bytes)
            return bytes.flatMap { (1...most).contains($0) ? $0 : nil }
        }
    }

    private mutating func environment() -> [String: String] {
        let expected = #"must be a table of texts, such as { LANG = "C.UTF-8" }"#
        guard let members = table.take("environment", expected, \.members) else { return [:] }
        var variables: [String: String] = [:]
        for member in members {
            let path = table.path.member("environment").member(member.key)
            // Of names that Swift finds equal, though their bytes are not, one would be lost.
            if member.key.isEmpty || !member.key.utf8.allSatisfy(Self.isNameByte) {
                table.note(
                    member.line, path, "a variable's name must be made of the letters A to Z and a to z, digits and _")
            } else if let text = member.node.value.string, !text.utf8.contains(0) {
                variables[member.key] = text
            } else {
                table.note(member.node.line, path, "must be a text without U+0000")
            }
        }
        return variables
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // MARK: The command

    /// The program and its arguments as they stand in the file; empty where they are not what they must be.
    private mutating func commandTexts(_ data: DataEncoding) -> [String] {
        let mayBeOption = table.take("data_as_option", "must be true or false", \.boolean) ?? false
        let example = #"such as command = ["convert", "-", "png:-"]"#
        guard let command = table.value("command") else {
            table.note(line, table.path, "has no command, \(example)")
            return []
        }
        let path = table.path.member("command")
        guard let elements = command.value.elements, !elements.isEmpty else {
            table.note(
                command.line, path, "must be an array, the program first and then each of its arguments, \(example)")
            return []
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            if let text = element.value.string, !text.utf8.contains(0), index > 0 || !text.isEmpty {
                texts.append(text)
            } else if index == 0 {
                table.note(element.line, path.element(index), "must be a text, the program, without U+0000")
            } else {
                table.note(element.line, path.element(index), "must be a text without U+0000")
            }
        }
        guard texts.count == elements.count else { return [] }
        let rules = CommandRules(texts, data: data, dataMayBeOption: mayBeOption)
        for problem in rules.problems {
            table.note(elements[problem.index].line, path.element(problem.index), problem.words)
        }
        return texts
    }
}
