import Libuv
package import TaskCore

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
        // What people write who think of a shell.
        let advice =
            name.contains(" ")
            ? " (its arguments are to be texts of their own, behind it)"
            : name.hasPrefix("~") || name.hasPrefix("$") ? " (no shell reads this: write the whole path)" : ""
        if isPath, ProgramFile.exists(name, in: command.directory) {
            add("\(name) is no program that may be run; chmod +x makes a script one")
        } else {
            let place = isPath ? command.directory.map { " in \($0)" } ?? "" : " in the PATH"
            add("there is no program \(name)\(place)\(advice)")
        }
        return lines
    }

    /// What keeps its results from those who ask, a line; nil where nothing does.
    ///
    /// - Parameter memory: how many bytes of results may be held.
    package func excess(over memory: Int) -> String? {
        guard let most = command?.maximumOutput, most > memory else { return nil }
        return
            "task type \(name): max_output is more than --max-memory, \(memory) bytes; whoever waits for a result that is as long may be closed"
    }
}
