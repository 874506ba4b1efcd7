import TaskCore
import TaskProtocol

extension TaskReport {
    /// `running, done in about 2 s`, `next in the queue, done in about 4 s`, `3rd in the queue, done in about 9 s`,
    /// `success`, `error: too much of it (failed)`
    var standing: String {
        if state == .error { return "error\(failure.map { ": \($0.explanation)" } ?? "")" }
        guard !state.isFinal, let remainingTime else { return place }
        return "\(place), done in \(Durations.about(remainingTime))"
    }

    /// The same without the remaining time. `waiting` if the position is unknown.
    var place: String {
        guard state == .waiting else { return state == .execute ? "running" : state.rawValue }
        guard let position else { return "waiting" }
        return position <= 1 ? "next in the queue" : "\(ordinal(position)) in the queue"
    }
}

extension TaskFailure {
    /// `too much of it (failed)`; only the code if there is no message.
    func summary(width: Int? = nil) -> String {
        let code = TerminalText.escapedLine(code.rawValue, width: 64)
        return message.isEmpty ? code : TerminalText.escapedLine(message, width: width) + " (\(code))"
    }

    /// The summary, or the cause with the last line that the task's command wrote:
    /// `the command exited with status 3; it said: "convert: no such file"`
    var explanation: String {
        guard let line = lastLine else { return summary() }
        return TerminalText.escapedLine(message.isEmpty ? code.rawValue : message) + "; it said: \"\(line)\""
    }

    /// The last line of the command's error output that is not blank.
    private var lastLine: String? {
        // A carriage return begins a new line, too: a terminal shows what follows it.
        let lines = (errorOutput ?? "").split { $0.isNewline }.map { $0.drop(while: \.isWhitespace) }
        return lines.last { !$0.isEmpty }.map { TerminalText.escapedLine(String($0), width: 200) }
    }
}

/// `1st`, `2nd`, `3rd`, `11th`, `21st`, `111th`, `1000th`
func ordinal(_ number: Int) -> String {
    let suffix = (11...13).contains(number % 100) ? nil : [1: "st", 2: "nd", 3: "rd"][number % 10]
    return "\(number)\(suffix ?? "th")"
}
