package import ArgumentParser
import Libuv

/// Runs a program as `main` would, but says what is wrong with its arguments in one line, and exits.
///
/// - Parameter explain: is given the library's message in one line, the command whose arguments are wrong
///   (`uv-task run`) and the arguments; has better words, or nil.
package func runProgram<Program: ParsableCommand>(
    _ program: Program.Type, _ arguments: [String],
    explaining explain: (String, String, [String]) -> String? = { _, _, _ in nil }
) -> Never {
    do {
        var command = try Program.parseAsRoot(arguments)
        try command.run()
        Program.exit()
    } catch  where Program.exitCode(for: error) == .validationFailure {
        let name = Program.configuration.commandName ?? ""
        let help = helpCall(in: Program.fullMessage(for: error)) ?? "\(name) --help"
        let problem = oneLine(Program.message(for: error))
        let command = help.split(separator: " ").dropLast().joined(separator: " ")
        try? StandardStream.error.write(
            "\(name): \(explain(problem, command, arguments) ?? problem) See: \(help)\n")
        Program.exit(withError: ExitCode.validationFailure)
    } catch {
        Program.exit(withError: error)
    }
}

/// The call that prints the help of the command whose arguments are wrong: the library names it at the end of its
/// message, in quotation marks.
func helpCall(in message: String) -> String? {
    guard let line = message.split(separator: "\n").last(where: { $0.hasPrefix("  See '") }),
        let end = line.lastIndex(of: "'")
    else { return nil }
    return String(line[..<end].dropFirst("  See '".count))
}

/// The library's message as one sentence: it lists the values that would do on lines of their own.
func oneLine(_ message: String) -> String {
    var sentence = ""
    for part in message.split(separator: "\n") {
        let text = part.drop { $0 == " " }.trimmingPrefix("- ")
        let separator = sentence.last.map { ".:".contains($0) ? " " : ", " } ?? ""
        sentence += separator + text
    }
    guard !sentence.isEmpty else { return "" }
    return sentence.hasSuffix(".") || sentence.hasSuffix("?") ? sentence : sentence + "."
}

/// Arguments in which a `--` that is the value of `--data` can't be taken for the end of the options.
package func withoutTerminators(_ arguments: [String]) -> [String] {
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
