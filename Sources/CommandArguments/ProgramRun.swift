package import ArgumentParser
import Libuv

/// Runs a program as `main` would, but says what is wrong with its arguments in one line, and exits.
package func runProgram<Program: ParsableCommand>(_ program: Program.Type, _ arguments: [String]) -> Never {
    do {
        var command = try parse(program, arguments)
        try command.run()
        Program.exit()
    } catch {
        Program.exit(withError: error)
    }
}

private func parse<Program: ParsableCommand>(
    _ program: Program.Type, _ arguments: [String]
) throws -> any ParsableCommand {
    do {
        return try Program.parseAsRoot(arguments)
    } catch  where Program.exitCode(for: error) == .validationFailure {
        let name = Program.configuration.commandName ?? ""
        let problem = oneLine(Program.message(for: error))
        try? StandardStream.error.write("\(name): \(problem) See: \(name) --help\n")
        throw ExitCode.validationFailure
    }
}

/// The library's message as one sentence: it lists the values that would do on lines of their own.
func oneLine(_ message: String) -> String {
    var parts = message.split(separator: "\n").map(String.init)
    guard !parts.isEmpty else { return "" }
    var sentence = parts.removeFirst()
    let values = parts.map { $0.trimmingPrefix("  - ") }.joined(separator: ", ")
    if !values.isEmpty { sentence += " \(values)" }
    return sentence.hasSuffix(".") || sentence.hasSuffix("?") ? sentence : sentence + "."
}

/// Arguments in which a `--` that is the value of `--data` can't be taken for the end of the options.
package func withoutTerminators(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    for argument in arguments {
        if argument == "--", let last = joined.last, last == "-d" || last == "--data" {
            joined[joined.count - 1] = "--data=--"
        } else {
            joined.append(argument)
        }
    }
    return joined
}
