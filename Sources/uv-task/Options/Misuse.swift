import ArgumentParser
import CommandArguments
import TaskCore

/// What is wrong with a command line, where the parser's own words would not help.
enum Misuse {
    static let noCommand = "give a command, such as: uv-task run revers hello."

    static let dataWithDash =
        "If that is the task's data, put -- before it, and options before that: uv-task run NAME -- -5"

    static let oneArgument =
        "DATA is one argument: quote it, as in uv-task run NAME 'two words'; options go before a --."

    static let originalNames = [
        "-a", "--action", "-n", "--task_name", "--task-name", "-task_name", "-d", "--data", "-w",
        "--waiting_for_data", "--waiting-for-data", "-r", "--receiving_buffer_size", "--receiving-buffer-size",
    ]

    /// Better words for what the parser says, or nil.
    ///
    /// - Parameters:
    ///   - message: the parser's.
    ///   - command: whose arguments are wrong, in full: `uv-task run`
    static func explain(_ message: String, _ command: String, _ arguments: [String]) -> String? {
        let names = TaskCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        if let name = names.first(where: { arguments.first == $0 || command == "uv-task \($0)" }) {
            return explain(message, ofCommand: name, arguments)
        }
        guard message.contains("nexpected argument"),
            let word = arguments.first(where: { message.contains("'\($0)'") })
        else { return nil }
        guard let nearest = nearestName(to: word, among: names) else {
            return "There is no command '\(word)'; there are \(names.joined(separator: ", "))."
        }
        return "There is no command '\(word)'. Did you mean '\(nearest)'?"
    }

    /// The root command takes the original's options wherever they stand, and their values with them.
    private static func explain(_ message: String, ofCommand name: String, _ arguments: [String]) -> String? {
        let options = arguments.prefix { $0 != "--" }
        if let option = options.first(where: { originalNames.contains($0) }) { return noOption(option, of: name) }
        if name == "run", message.contains("nexpected argument") { return "\(message) \(oneArgument)" }
        return name == "run" && message.hasPrefix("Unknown option") ? "\(message) \(dataWithDash)." : nil
    }

    static func noOption(_ option: String, of name: String) -> String {
        "'\(option)' is no option of \(name)." + (name == "run" ? " \(dataWithDash)." : "")
    }
}
