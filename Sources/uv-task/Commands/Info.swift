import ArgumentParser
import TaskClient
import TaskCore
import TaskProtocol

struct InfoCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Print the server's version, task types and limits.",
        discussion: "Exit codes: 0 answered, 6 no server or no answer.")

    @ParentCommand var root: TaskCommand
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        let answer = try context.connect { conversation throws(CommandEnd) in try conversation.ask(InfoRequest()) }
        let info = try context.reply(answer)
        try context.console.write(json.isOn ? context.jsonLine(answer.text) : info.text)
        return .success
    }
}

extension InfoReply {
    /// A line for each value: `version           1.0.0`, `task type revers  2 s`, `--max-message     1 MiB`.
    var text: String {
        let fixed = [
            ("name", TerminalText.escapedLine(name)),
            ("version", TerminalText.escapedLine(version)),
            ("protocol", "\(protocolVersion)"),
            ("instance", instance.description),
        ]
        let types = taskTypes.map { ("task type \(shortened($0.name))", $0.text) }
        return table(fixed + types + limits.map { ("--\(shortened($0.name))", $0.valueText) })
    }
}

extension TaskTypeInfo {
    /// `2 s`, `a command, usually about 2 s, binary data and result: Scale a picture to 128 pixels`
    fileprivate var text: String {
        var text = isCommand ? "a command" : delay == 0 ? "at once" : Durations.exact(delay)
        if isCommand {
            text += usualDuration.map { ", usually \(Durations.about($0))" } ?? ", how long it takes is not known yet"
        }
        switch (data, result) {
        case (.text, .text): break
        case (.base64, .text): text += ", binary data"
        case (.text, .base64): text += ", binary result"
        case (.base64, .base64): text += ", binary data and result"
        }
        return text + (description.map { ": \(TerminalText.escapedLine($0))" } ?? "")
    }
}
