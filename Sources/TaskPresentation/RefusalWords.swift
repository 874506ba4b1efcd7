package import Wire

/// Why the server refused a request, and what to do next: one line each, without a full stop or a newline.
///
/// `options` are those of the connection, for the commands that are named: ` --port 4322`.
package enum RefusalWords {
    /// Of a request on a task:
    /// `task 99: no such task; ids begin anew when the daemon restarts; uv-task list shows those that are kept`
    package static func refused(_ error: RequestError, of id: TaskID, options: String = "") -> String {
        let sentence =
            switch error.code {
            case .unknownTask:
                "no such task; ids begin anew when the daemon restarts; uv-task list\(options) shows those that are kept"
            case .expired: "it has ended and is no longer kept; uv-task list\(options) shows those that are"
            case .restarted: "it is from before the daemon's restart, and gone; submit it again"
            default: refused(error)
            }
        return "task \(id): \(sentence)"
    }

    /// Of a submit: `no task type is named "revrs"; did you mean revers? There are: echo, revers`
    package static func refused(_ error: RequestError, submitOf taskName: String) -> String {
        guard error.code == .unknownTaskName else { return refused(error) }
        var sentence = "no task type is named \"\(TerminalText.escapedLine(taskName, width: 64))\""
        if let nearest = error.nearest { sentence += "; did you mean \(name(nearest))?" }
        guard !error.names.isEmpty else { return sentence }
        return sentence + (error.nearest == nil ? ". " : " ") + "There are: "
            + error.names.map(name).joined(separator: ", ")
    }

    /// Of any other request: `the queue is full: at most 1000 tasks may wait (--max-waiting); try again in about 2 s`
    package static func refused(_ error: RequestError) -> String {
        switch error.code {
        case .badRequest: "the daemon could not read the request: \(message(error))"
        case .unknownRequest: "the daemon does not know this request; it may be older than this uv-task"
        case .tooLarge: tooLarge(error)
        case .queueFull: "the queue is full\(limit(error, " tasks may wait"))\(tryAgain(error))"
        case .memoryFull: "the daemon's memory is full\(limit(error, " bytes of data and results"))\(tryAgain(error))"
        case .tooManyConnections: "the daemon has too many connections\(limit(error, ""))\(tryAgain(error))"
        case .draining: "the daemon is being stopped; try again when it runs again"
        case .keyConflict: "the key was given before with another name or other data; choose another key"
        default: message(error) + tryAgain(error)
        }
    }

    /// Of the first of many lines that was refused: `line 17: the queue is full; lines before it were submitted`, and
    /// `…; lines before it were submitted; line 18 is task 17 and line 20 is task 18, sent before the refusal came`
    ///
    /// - Parameter submittedAfter: Lines after it that went out before the refusal came, and their tasks.
    package static func line(
        _ number: Int, _ sentence: String, submittedAfter: [(line: Int, id: TaskID)] = []
    ) -> String {
        var sentence = "line \(number): \(sentence)"
        if number > 1 { sentence += "; lines before it were submitted" }
        if number == 1, submittedAfter.isEmpty { sentence += "; nothing was submitted" }
        guard !submittedAfter.isEmpty else { return sentence }
        var parts = submittedAfter.prefix(mostLines).map { "line \($0.line) is task \($0.id)" }
        if submittedAfter.count > mostLines { parts.append("\(submittedAfter.count - mostLines) more are tasks") }
        let last = parts.removeLast()
        let list = parts.isEmpty ? last : "\(parts.joined(separator: ", ")) and \(last)"
        return "\(sentence); \(list), sent before the refusal came"
    }

    /// So many are named one by one.
    private static let mostLines = 10

    private static func tooLarge(_ error: RequestError) -> String {
        guard let value = error.value else { return "too large: \(message(error))" }
        let option = error.limit.map { "; uv-taskd's --\(name($0)) sets that" } ?? ""
        return "too large: the daemon takes at most \(value) bytes\(option)"
    }

    /// `: at most 1000 tasks may wait (--max-waiting)`, as far as it is told.
    private static func limit(_ error: RequestError, _ what: String) -> String {
        let option = error.limit.map { " (--\(name($0)))" } ?? ""
        guard let value = error.value else { return option }
        return ": at most \(value)\(what)\(option)"
    }

    private static func tryAgain(_ error: RequestError) -> String {
        error.retryAfter.map { "; try again in \(Durations.about($0))" } ?? ""
    }

    /// As the server has it, or the code where it says nothing.
    private static func message(_ error: RequestError) -> String {
        TerminalText.escapedLine(error.message.isEmpty ? error.code.rawValue : error.message)
    }

    private static func name(_ text: String) -> String { TerminalText.escapedLine(text, width: 64) }
}
