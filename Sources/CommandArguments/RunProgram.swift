package import ArgumentParser
import Libuv

/// Runs a program and exits. A usage error is one line on stderr, with exit code 64.
///
/// - Parameter hint: returns advice that follows the library's message, or nil.
package func runProgram<Program: ParsableCommand>(
    _ program: Program.Type, _ arguments: [String], hint: ([String]) -> String? = { _ in nil }
) -> Never {
    do {
        var command = try Program.parseAsRoot(arguments)
        try command.run()
        Program.exit()
    } catch  where Program.exitCode(for: error) == .validationFailure {
        let message = Program.message(for: error) + (hint(arguments).map { "; \($0)" } ?? "")
        try? StandardStream.error.write("\(usageError(Program.self, arguments, message))\n")
        Program.exit(withError: ExitCode.validationFailure)
    } catch {
        Program.exit(withError: error)
    }
}

/// A message as one line that names the call for help.
func usageError<Program: ParsableCommand>(
    _ program: Program.Type, _ arguments: [String], _ message: String
) -> String {
    let name = Program.configuration.commandName ?? ""
    let commands = Program.configuration.subcommands.compactMap { $0.configuration.commandName }
    let command = arguments.first.flatMap { commands.contains($0) ? " \($0)" : nil } ?? ""
    // The library indents the continuation lines of its messages.
    let line = message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
    return "\(name): \(line) (see \(name)\(command) --help)"
}

/// Joins `--data --` to one argument, so that the library does not take the value for the end of the options.
package func joiningDashesToData(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    var hasEnded = false
    for argument in arguments {
        if argument == "--", !hasEnded, let last = joined.last, last == "-d" || last == "--data" {
            joined[joined.count - 1] = "--data=--"
        } else {
            hasEnded = hasEnded || argument == "--"
            joined.append(argument)
        }
    }
    return joined
}
