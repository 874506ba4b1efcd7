import Libuv
import ProcessTree
package import TaskCore

extension TaskType {
    /// What the command needs and does not find now, one line each. The server starts nevertheless, since it may appear later.
    package var missing: [String] {
        guard let command, case .literal(let program)? = command.arguments.first?.pieces.first else { return [] }
        var lines: [String] = []
        func warn(_ problem: String, until remedy: String = "there is") {
            lines.append("task type \(name): \(problem); until \(remedy), its tasks fail")
        }
        let hasDirectory = command.directory.map(ProgramFile.isDirectory) ?? true
        if let directory = command.directory, !hasDirectory { warn("there is no directory \(directory)") }
        let searchPath = command.environment["PATH"] ?? environmentVariable("PATH")
        let isPath = program.utf8.contains(UInt8(ascii: "/"))
        // A path relative to a missing directory would only repeat the first warning.
        guard hasDirectory || !isPath || program.hasPrefix("/"),
            ProgramFile.find(program, path: searchPath, in: command.directory) == nil
        else { return lines }
        if isPath, ProgramFile.exists(program, in: command.directory) {
            warn("\(program) is not an executable file (chmod +x makes a script executable)", until: "it is")
            return lines
        }
        let place = isPath ? command.directory.map { " in \($0)" } ?? "" : " in the PATH"
        warn("there is no program \(program)\(place)\(shellAdvice(program))")
        return lines
    }

    /// A warning if the server cannot hold a result of the allowed size.
    ///
    /// - Parameter memory: the server's limit for results, in bytes.
    package func excess(over memory: Int) -> String? {
        guard let limit = command?.maximumOutput, limit > memory else { return nil }
        return
            "task type \(name): max_output is more than --max-memory, \(memory) bytes; a client that waits for a larger result may be disconnected"
    }
}

/// Advice for a program that is written as for a shell.
private func shellAdvice(_ program: String) -> String {
    if program.contains(" ") { return " (write each argument as a string of its own)" }
    if program.hasPrefix("~") || program.hasPrefix("$") { return " (no shell reads this: write the whole path)" }
    return ""
}
