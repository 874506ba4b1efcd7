import TaskCore

/// The mistakes in a task file; at least one, in the order of the file.
package struct TaskFileMistakes: Error, Hashable {
    package let mistakes: [TaskFileMistake]
}

package struct TaskFileMistake: Error, Hashable {
    /// Counted from 1; nil if the mistake concerns the whole file.
    let line: Int?
    /// The path of the value, such as `tasks.thumbnail.timeout`; nil if the mistake concerns no value.
    let path: String?
    /// Follows the path in a report, such as `must be true or false`. May come from toml++.
    let message: String

    /// The mistake as one line: `tasks.toml:7: tasks.thumbnail.data_as_option: must be true or false`.
    package func text(in file: String) -> String {
        let place = line.map { "\(file):\($0)" } ?? file
        return [place, path, message].compactMap(\.self).joined(separator: ": ")
    }
}

extension [TaskFileMistake] {
    mutating func add(_ line: Int?, _ path: TOMLPath?, _ message: String) {
        append(TaskFileMistake(line: line, path: path?.text, message: message))
    }

    mutating func addUnknownKey(_ member: TOMLMember, _ path: TOMLPath, known: [String], help: String) {
        let help = nearestName(to: member.key, among: known).map { "did you mean \($0)?" } ?? help
        add(member.line, path, "unknown key; \(help)")
    }
}
