import TaskCore
package import TaskProtocol

/// How a task stands, in words.
package enum TaskWords {
    /// `running, done in about 2 s`, `next in the queue, done in about 4 s`, `3rd in the queue, done in about 9 s`,
    /// `success`, `error: too much of it (failed)`.
    package static func standing(_ report: TaskReport) -> String {
        if report.state == .error { return "error\(report.failure.map { ": \(explained($0))" } ?? "")" }
        guard !report.state.isFinal, let timeLeft = report.timeLeft else { return place(report) }
        return "\(place(report)), done in \(Durations.about(timeLeft))"
    }

    /// Without the time left: `running`, `next in the queue`, `3rd in the queue`; `waiting` where no position is known.
    static func place(_ report: TaskReport) -> String {
        guard report.state == .waiting else { return report.state == .execute ? "running" : report.state.rawValue }
        guard let position = report.position else { return "waiting" }
        return position <= 1 ? "next in the queue" : "\(ordinal(position)) in the queue"
    }

    /// `too much of it (failed)`; the code alone where there is no message.
    static func failure(_ failure: TaskFailure, width: Int? = nil) -> String {
        let code = TerminalText.escapedLine(failure.code.rawValue, width: 64)
        if failure.message.isEmpty { return code }
        return TerminalText.escapedLine(failure.message, width: width) + " (\(code))"
    }

    /// The same with what the task's command said last, if it said anything:
    /// `the command exited with status 3; it said: "convert: no such file"`
    static func explained(_ failure: TaskFailure) -> String {
        guard let line = lastLine(failure.errorOutput) else { return self.failure(failure) }
        let cause = failure.message.isEmpty ? failure.code.rawValue : failure.message
        return TerminalText.escapedLine(cause) + "; it said: \"\(line)\""
    }

    /// Of what a command wrote; nil where that is nothing but white space.
    private static func lastLine(_ output: String?) -> String? {
        guard let output else { return nil }
        // A carriage return draws a line anew: what stands behind it is what a terminal shows.
        let lines = output.split { $0.isNewline }.map { $0.drop(while: \.isWhitespace) }
        guard let line = lines.last(where: { !$0.isEmpty }) else { return nil }
        return TerminalText.escapedLine(String(line), width: 200)
    }

    /// `1st`, `2nd`, `3rd`, `11th`, `21st`, `111th`, `1000th`.
    package static func ordinal(_ number: Int) -> String {
        if (11...13).contains(number % 100) { return "\(number)th" }
        return switch number % 10 {
        case 1: "\(number)st"
        case 2: "\(number)nd"
        case 3: "\(number)rd"
        default: "\(number)th"
        }
    }
}
