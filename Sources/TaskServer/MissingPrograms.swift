import Libuv
package import TaskCatalog

extension TaskType {
    /// What its command needs and does not find now, a line each: no reason not to start, since it may come.
    package var missing: [String] {
        guard let command, let program = command.arguments.first?.pieces.first, case .literal(let name) = program else {
            return []
        }
        var lines: [String] = []
        func add(_ words: String) { lines.append("task type \(self.name): \(words); until there is, its tasks fail") }
        let hasDirectory = command.directory.map(ProgramFile.isDirectory) ?? true
        if let directory = command.directory, !hasDirectory { add("there is no directory \(directory)") }
        let path = command.environment["PATH"] ?? environmentVariable("PATH")
        let isPath = name.utf8.contains(UInt8(ascii: "/"))
        // Relative to a directory that is not there, no program is either.
        guard hasDirectory || !isPath || name.hasPrefix("/"),
            ProgramFile.find(name, path: path, in: command.directory) == nil
        else { return lines }
        add(isPath ? "there is no program \(name)" : "there is no program \(name) in the PATH")
        return lines
    }
}
