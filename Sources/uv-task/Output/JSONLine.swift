import TaskCore

enum JSONLine {
    /// The line that `--json` prints: the server's reply without its `seq`, with the id of the task if the reply has none.
    ///
    /// The text is edited, not parsed and written again, so that unknown members are kept. The server writes the `seq`
    /// first and a `task_id` next; a `seq` in another place stays.
    ///
    /// - Parameters:
    ///   - reply: a JSON object on one line.
    ///   - isForTerminal: escapes the characters that a terminal would obey, which does not change the object.
    static func line(_ reply: String, for id: TaskID? = nil, isForTerminal: Bool = false) -> String {
        var members = reply.utf8.dropFirst()
        if members.starts(with: "\"seq\":".utf8) {
            let rest = members.dropFirst("\"seq\":".utf8.count).drop {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            if rest.first == UInt8(ascii: ",") { members = rest.dropFirst() }
        }
        var line = "{"
        if let id, !members.starts(with: "\"task_id\":".utf8) {
            line += "\"task_id\":\(id)" + (members.first == UInt8(ascii: "}") ? "" : ",")
        }
        line += String(Substring(members)) + "\n"
        return isForTerminal ? TerminalText.escapedJSON(line) : line
    }
}
