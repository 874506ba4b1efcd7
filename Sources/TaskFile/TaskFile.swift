package import TaskCore

/// A task file: a TOML table `[tasks.NAME]` for each task type, which runs its `command`.
package struct TaskFile: Sendable {
    /// The longest file, in bytes.
    package static let largest = 1 << 20

    static let maximumTypes = 1000

    /// In bytes.
    private static let maximumNameLength = 64

    /// The types in the order of the file; at least one.
    package let types: [TaskType]

    /// - Parameters:
    ///   - text: the whole file.
    ///   - others: the types that the server has already. The file must not use their names.
    package init(_ text: [UInt8], beside others: [TaskType] = []) throws(TaskFileMistakes) {
        var mistakes: [TaskFileMistake] = []
        var types: [TaskType] = []
        if text.count > Self.largest {
            mistakes.add(nil, nil, "is longer than \(Self.largest) bytes, the limit for a task file")
        } else {
            do throws(TaskFileMistake) {
                types = Self.types(try readTOML(text), beside: others, &mistakes)
            } catch {
                mistakes.append(error)
            }
        }
        guard mistakes.isEmpty else {
            throw TaskFileMistakes(mistakes: mistakes.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
        }
        self.types = types
    }

    private static func types(
        _ document: [TOMLMember], beside others: [TaskType], _ mistakes: inout [TaskFileMistake]
    ) -> [TaskType] {
        for member in document where member.key != "tasks" {
            mistakes.addUnknownKey(
                member, TOMLPath(member.key), known: ["tasks"],
                help: "a task file has tables such as [tasks.thumbnail]")
        }
        let path = TOMLPath("tasks")
        guard let tasks = document.first(where: { $0.key == "tasks" }) else {
            if mistakes.isEmpty { mistakes.add(nil, nil, noTypes) }
            return []
        }
        guard let members = tasks.node.value.members else {
            mistakes.add(tasks.line, path, "must be a table of task types, such as [tasks.thumbnail]")
            return []
        }
        if members.isEmpty { mistakes.add(nil, nil, noTypes) }
        if members.count > maximumTypes {
            let line = members[maximumTypes].line
            mistakes.add(line, path, "has \(members.count) task types; the limit is \(maximumTypes)")
        }
        let takenNames = Set(others.map(\.name))
        return members.prefix(maximumTypes).compactMap { member in
            type(member, at: path.member(member.key), takenNames, &mistakes)
        }
    }

    private static let noTypes = "defines no task type, such as [tasks.thumbnail] with a command"

    private static func type(
        _ member: TOMLMember, at path: TOMLPath, _ takenNames: Set<String>, _ mistakes: inout [TaskFileMistake]
    ) -> TaskType? {
        guard let members = member.node.value.members else {
            mistakes.add(member.line, path, "must be a table with a command, such as [tasks.thumbnail]")
            return nil
        }
        if !isValidName(member.key) {
            mistakes.add(
                member.line, path,
                """
                a name must have 1 to \(maximumNameLength) bytes, no whitespace or invisible characters, and must not begin \
                with -
                """)
        } else if takenNames.contains(member.key) {
            mistakes.add(
                member.line, path,
                "is a built-in task type; choose another name, or leave those out with --no-built-in")
        }
        var draft = TaskDraft(path)
        draft.read(members, line: member.line)
        mistakes += draft.mistakes
        return TaskType(name: member.key, description: draft.description, work: .command(draft.command))
    }

    private static func isValidName(_ name: String) -> Bool {
        (1...maximumNameLength).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: "-")
            && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && !$0.isInvisible }
    }
}
