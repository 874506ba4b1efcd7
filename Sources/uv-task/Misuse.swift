import ArgumentParser
import CommandArguments

/// What is wrong with a command line, where the parser's own words would not help.
enum Misuse {
    static let noCommand = "give a command, such as: uv-task run revers hello."

    static let dataWithDash = "If that is the task's data, put -- before it: uv-task run NAME -- -5"

    /// Better words for what the parser says, or nil.
    ///
    /// - Parameters:
    ///   - message: the parser's.
    ///   - command: whose arguments are wrong, in full: `uv-task run`
    @Sendable static func explain(_ message: String, _ command: String, _ arguments: [String]) -> String? {
        if command == "uv-task run", message.hasPrefix("Unknown option") {
            return "\(message) \(dataWithDash)."
        }
        guard command == "uv-task", message.contains("nexpected argument"),
            let word = arguments.first(where: { message.contains("'\($0)'") })
        else { return nil }
        let names = TaskCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let nearest = nearest(to: word, in: names) else {
            return "There is no command '\(word)'; there are \(names.joined(separator: ", "))."
        }
        return "There is no command '\(word)'. Did you mean '\(nearest)'?"
    }
}
