import TaskCore

/// A task type while its table is read.
struct TaskDraft {
    let path: TOMLPath
    var description: String?
    var command = Command([CommandArgument("")])
    var dataMayBeOption = false
    var mistakes: [TaskFileMistake] = []

    /// The program and its arguments, if each is valid.
    private var commandLine: [(text: String, line: Int)] = []

    init(_ path: TOMLPath) { self.path = path }

    /// - Parameter line: where the table begins.
    mutating func read(_ members: [TOMLMember], line: Int) {
        let names = TaskKey.all.map(\.name)
        for member in members where !names.contains(member.key) {
            mistakes.addUnknownKey(
                member, path.member(member.key), known: names,
                help: "the known keys are \(names.joined(separator: ", "))")
        }
        for key in TaskKey.all {
            if let member = members.first(where: { $0.key == key.name }) { key.read(member.node, &self) }
        }
        if !members.contains(where: { $0.key == "command" }) {
            mistakes.add(line, path, "has no command, \(Self.exampleOfCommand)")
        }
        checkCommand()
    }

    private static let exampleOfCommand = #"such as command = ["convert", "-", "png:-"]"#

    mutating func readCommand(_ node: TOMLNode) {
        let path = path.member("command")
        guard let elements = node.value.elements, !elements.isEmpty else {
            mistakes.add(
                node.line, path,
                "must be an array of the program and its arguments, \(Self.exampleOfCommand)")
            return
        }
        for (index, element) in elements.enumerated() {
            if let text = element.value.stringWithoutNUL, index > 0 || !text.isEmpty {
                commandLine.append((text, element.line))
            } else {
                let expectation = index == 0 ? "must be the program, a text" : "must be a text"
                mistakes.add(element.line, path.element(index), "\(expectation) without U+0000")
            }
        }
        if commandLine.count < elements.count { commandLine = [] }
        command.arguments = commandLine.map { CommandArgument($0.text) }
    }

    /// Applies the rules about commands, which depend on other keys.
    private mutating func checkCommand() {
        let rules = CommandRules(commandLine.map(\.text), data: command.data, dataMayBeOption: dataMayBeOption)
        for (index, message) in rules.problems {
            mistakes.add(commandLine[index].line, path.member("command").element(index), message)
        }
    }

    mutating func readMaximumOutput(_ node: TOMLNode) {
        // A reply has room for this much text, whatever its characters. Base64 is bounded by the time that encoding takes.
        let limit = command.result == .text ? 10 << 20 : 16 << 20
        if let bytes = node.value.integer ?? node.value.string.flatMap(SizeText.bytes), (1...limit).contains(bytes) {
            command.maximumOutput = bytes
            return
        }
        mistakes.add(
            node.line, path.member("max_output"),
            """
            must be a size such as "64KiB" or a whole number of bytes, from 1 to \(SizeText.text(limit)) if result is \
            "\(command.result.rawValue)"
            """)
    }

    mutating func readEnvironment(_ node: TOMLNode) {
        let path = path.member("environment")
        guard let members = node.value.members else {
            mistakes.add(node.line, path, #"must be a table of texts, such as { LANG = "C.UTF-8" }"#)
            return
        }
        for member in members {
            // ASCII alone: a dictionary would take two spellings of "é" for one name.
            if member.key.isEmpty || !member.key.utf8.allSatisfy(\.isLetterDigitOrUnderscore) {
                mistakes.add(
                    member.line, path.member(member.key),
                    "the name of a variable must consist of the letters A to Z and a to z, digits and _")
            } else if member.key == Command.submitterVariable {
                mistakes.add(member.line, path.member(member.key), "is set by the daemon: remove it")
            } else if let text = member.node.value.stringWithoutNUL {
                command.environment[member.key] = text
            } else {
                mistakes.add(member.node.line, path.member(member.key), "must be a text without U+0000")
            }
        }
    }
}
