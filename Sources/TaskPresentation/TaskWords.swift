package import Wire

/// How a task stands, in words.
package enum TaskWords {
    /// `running, done in about 2 s`, `next in the queue, done in about 4 s`, `3rd in the queue, done in about 9 s`,
    /// `success`, `error: too much of it (failed)`.
    package static func standing(_ report: TaskReport) -> String {
        if report.state == .error { return "error\(report.failure.map { ": \(failure($0))" } ?? "")" }
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
