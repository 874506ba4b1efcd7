package import TaskCore

/// A file of task types: a TOML table `[tasks.NAME]` for each, whose `command` is run.
package struct TaskFile: Sendable {
    /// How long a file may be, in bytes.
    package static let largest = 1 << 20

    /// How many types a file may have.
    package static let mostTypes = 1000

    /// How long a name may be, in bytes.
    private static let longestName = 64

    /// In the order of the file; at least one.
    package let types: [TaskType]

    /// Reads one whole.
    ///
    /// - Parameters:
    ///   - text: at most `largest` bytes, else it is refused unread.
    ///   - others: the types that are there already; their names are taken.
    /// - Throws: all its mistakes, where it has any.
    package init(_ text: [UInt8], beside others: [TaskType] = []) throws(TaskFileMistakes) {
        guard text.count <= Self.largest else {
            throw TaskFileMistakes(nil, "is longer than the \(Self.largest) bytes that a file of task types may have")
        }
        let document: [TOMLMember]
        do throws(TOMLError) { document = try readTOML(text) } catch {
            throw TaskFileMistakes(error.line, error.description)
        }
        var mistakes: [TaskFileMistake] = []
        types = Self.types(document, Set(others.map(\.name)), &mistakes)
        guard mistakes.isEmpty else {
            throw TaskFileMistakes(mistakes: mistakes.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
        }
    }

    private static func types(
        _ document: [TOMLMember], _ taken: Set<String>, _ mistakes: inout [TaskFileMistake]
    ) -> [TaskType] {
        for member in document where member.key != "tasks" {
            let help = nearestName(to: member.key, among: ["tasks"]).map { "did you mean \($0)?" }
            mistakes.append(
                TaskFileMistake(
                    line: member.line, key: ValuePath(member.key).text,
                    words: "is not known here; \(help ?? "a file of task types has tables such as [tasks.thumbnail]")"))
        }
        guard let tasks = document.first(where: { $0.key == "tasks" }) else {
            if mistakes.isEmpty { mistakes = [noTypes] }
            return []
        }
        guard let members = tasks.node.value.members else {
            let words = "must be a table of task types, such as [tasks.thumbnail]"
            mistakes.append(TaskFileMistake(line: tasks.line, key: "tasks", words: words))
            return []
        }
        if members.isEmpty { mistakes.append(noTypes) }
        if members.count > mostTypes {
            let words = "has \(members.count) task types; at most \(mostTypes) are taken"
            mistakes.append(TaskFileMistake(line: members[mostTypes].line, key: "tasks", words: words))
        }
        return members.prefix(mostTypes).compactMap { type($0, taken, &mistakes) }
    }

    private static let noTypes = TaskFileMistake(
        line: nil, key: nil, words: "has no task type, such as [tasks.thumbnail] with a command")

    private static func type(
        _ member: TOMLMember, _ taken: Set<String>, _ mistakes: inout [TaskFileMistake]
    ) -> TaskType? {
        let path = ValuePath("tasks").member(member.key)
        func note(_ words: String) {
            mistakes.append(TaskFileMistake(line: member.line, key: path.text, words: words))
        }
        guard let members = member.node.value.members else {
            note("must be a table with a command, such as [tasks.thumbnail]")
            return nil
        }
        if let problem = problem(withName: member.key, taken) { note(problem) }
        var reader = TaskTypeReader(members, at: path, on: member.line)
        let type = reader.type(named: member.key)
        mistakes += reader.mistakes
        return type
    }

    /// What is wrong with a type's name.
    private static func problem(withName name: String, _ taken: Set<String>) -> String? {
        let isPlain = name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && !ValuePath.isUnseen($0) }
        guard (1...longestName).contains(name.utf8.count), isPlain, name.utf8.first != UInt8(ascii: "-") else {
            return "a name must have 1 to \(longestName) bytes, no white space or unseen characters, and no - in front"
        }
        guard !taken.contains(name) else {
            return "is a built-in task type; choose another name, or leave those out with --no-built-in"
        }
        return nil
    }
}

extension TaskFileMistakes {
    fileprivate init(_ line: Int?, _ words: String) {
        self.init(mistakes: [TaskFileMistake(line: line, key: nil, words: words)])
    }
}
