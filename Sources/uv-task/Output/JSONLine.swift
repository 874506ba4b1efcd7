package import TaskCore
import TaskProtocol

/// What `--json` prints.
package enum JSONLine {
    /// The reply's object in one line, as the server wrote it: `{"task_id":7,"status":"success","data":"olleh"}`
    ///
    /// Without the `seq`, which means something on the connection only, and with the id of the task where the reply has
    /// none, so that the lines of several tasks can be told apart. The text is cut, not read again: what the server
    /// writes is kept whole, members that this version does not know too. That is sound because the reply was read
    /// before as one strict object on one line, and the server writes the `seq` first and, where there is one, the
    /// `task_id` next. Of another server's reply the `seq` stays.
    ///
    /// - Parameters:
    ///   - id: For replies that have none; nil to add nothing.
    ///   - isForTerminal: Whether characters that a terminal would obey are written as JSON's escapes, which is the same
    ///     object; a stranger may have written them.
    package static func line(_ replyText: String, for id: TaskID? = nil, isForTerminal: Bool = false) -> String {
        let line = line(replyText, id)
        return isForTerminal ? TerminalText.escapedJSON(line) : line
    }

    private static func line(_ replyText: String, _ id: TaskID?) -> String {
        var text = replyText.utf8[...]
        while text.last == UInt8(ascii: "\n") { text.removeLast() }
        guard text.first == UInt8(ascii: "{") else { return String(Substring(text)) + "\n" }
        let members = withoutSequence(text.dropFirst())
        guard let id, !members.starts(with: "\"task_id\":".utf8) else { return "{" + String(Substring(members)) + "\n" }
        let comma = members.first == UInt8(ascii: "}") ? "" : ","
        return "{\"task_id\":\(id)\(comma)" + String(Substring(members)) + "\n"
    }

    private static func withoutSequence(_ members: Substring.UTF8View) -> Substring.UTF8View {
        let name = "\"seq\":"
        guard members.starts(with: name.utf8) else { return members }
        let value = members.dropFirst(name.utf8.count)
        let rest = value.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        // Where the seq is the only member, or no plain number, it may stay.
        guard rest.first == UInt8(ascii: ","), rest.startIndex > value.startIndex else { return members }
        return rest.dropFirst()
    }
}
