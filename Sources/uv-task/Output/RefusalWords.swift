package import TaskCore
package import TaskProtocol

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

    /// Of a submit: `thumbnail does not take this data: it is not base64`,
    /// `no task type is named "revrs"; did you mean revers? There are: echo, revers`
    package static func refused(_ error: RequestError, submitOf taskName: String) -> String {
        if error.code == .badData { return "\(name(taskName)) does not take this data: \(message(error))" }
        guard error.code == .unknownTaskName else { return refused(error) }
        var sentence = "no task type is named \"\(TerminalText.escapedLine(taskName, width: 64))\""
        if let nearest = error.nearest { sentence += "; did you mean \(name(nearest))?" }
        guard !error.names.isEmpty else { return sentence }
        // The server does not tell all of very many either.
        let others = error.names.count > mostNames ? ", and more; uv-task info shows them" : ""
        return sentence + (error.nearest == nil ? ". " : " ") + "There are: "
            + error.names.prefix(mostNames).map(name).joined(separator: ", ") + others
    }

    /// How many names of task types a sentence has.
    private static let mostNames = 20

    /// Of any other request: `the queue is full: at most 1000 tasks may wait (--max-queued); try again in about 2 s`
    package static func refused(_ error: RequestError) -> String {
        switch error.code {
        case .badRequest: "the daemon could not read the request: \(message(error))"
        case .unknownRequest: "the daemon does not know this request; it may be older than this uv-task"
        case .badData: "the task type does not take this data: \(message(error))"
        case .tooLarge: tooLarge(error)
        case .queueFull: "the queue is full\(limit(error) { "\($0) tasks may wait" })\(tryAgain(error))"
        case .memoryFull:
            (error.retryAfter == nil ? "the data does not fit into the daemon's memory" : "the daemon's memory is full")
                + limit(error) { "\(ByteCount.text($0)) of data and results" } + tryAgain(error)
        case .tooManyConnections: "the daemon has too many connections\(limit(error) { "\($0)" })\(tryAgain(error))"
        case .draining: "the daemon is being stopped; try again when it runs again"
        case .keyConflict: "the key was given before with another name or other data; choose another key"
        default: message(error) + tryAgain(error)
        }
    }

    /// Of the first of many lines that was refused: `line 17: the queue is full; lines before it were submitted: go on from
    /// line 17`, and where others went out before the refusal came
    /// `…; lines before it were submitted, and lines 18 to 20 are tasks 17 to 19: go on with the others, from line 17`
    ///
    /// - Parameters:
    ///   - isTemporary: whether the same line may be taken later, so that it makes sense to go on.
    ///   - submittedAfter: lines after it that were submitted all the same, in their order, and their tasks.
    package static func line(
        _ number: Int, _ sentence: String, isTemporary: Bool = false, submittedAfter: [(line: Int, id: TaskID)] = []
    ) -> String {
        var clauses: [String] = []
        if number > 1 { clauses.append("lines before it were submitted") }
        if !submittedAfter.isEmpty { clauses.append(runs(of: submittedAfter)) }
        if clauses.isEmpty { clauses.append("nothing was submitted") }
        let others = submittedAfter.isEmpty ? "" : "with the others, "
        let advice =
            isTemporary && (number > 1 || !submittedAfter.isEmpty) ? ": go on \(others)from line \(number)" : ""
        return "line \(number): \(sentence); \(clauses.joined(separator: ", and "))\(advice)"
    }

    /// Whether what was refused may be taken when some time has passed, and what was taken before is still there then.
    package static func isTemporary(_ error: RequestError) -> Bool {
        // Data that never fits is refused without a time.
        error.code == .queueFull || error.code == .memoryFull && error.retryAfter != nil
    }

    /// `lines 18 to 20 are tasks 17 to 19`, `line 18 is task 17 and line 20 is task 18`: whoever goes on needs them all.
    private static func runs(of lines: [(line: Int, id: TaskID)]) -> String {
        var runs: [(line: Int, id: Int, count: Int)] = []
        for (line, id) in lines {
            if let last = runs.last, last.line + last.count == line, last.id + last.count == id.rawValue {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((line, id.rawValue, 1))
            }
        }
        let parts = runs.map { run in
            run.count == 1
                ? "line \(run.line) is task \(run.id)"
                : "lines \(run.line) to \(run.line + run.count - 1) are tasks \(run.id) to \(run.id + run.count - 1)"
        }
        return [parts.dropLast().joined(separator: ", "), parts[parts.count - 1]].filter { !$0.isEmpty }
            .joined(separator: " and ")
    }

    private static func tooLarge(_ error: RequestError) -> String {
        guard let value = error.value else { return "too large: \(message(error))" }
        let option = error.limit.map { "; uv-taskd's --\(name($0)) sets that" } ?? ""
        return "too large: the daemon takes at most \(value) bytes\(option)"
    }

    /// `: at most 1000 tasks may wait (--max-queued)`, as far as it is told.
    private static func limit(_ error: RequestError, _ words: (Int) -> String) -> String {
        let option = error.limit.map { " (--\(name($0)))" } ?? ""
        guard let value = error.value else { return option }
        return ": at most \(words(value))\(option)"
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
