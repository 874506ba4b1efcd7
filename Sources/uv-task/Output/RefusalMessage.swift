import TaskCore
import TaskProtocol

enum RefusalMessage {
    /// The server's sentence, the limit that was reached, and what to do next, without a final full stop:
    ///
    ///     the queue is full: at most 1000 tasks may wait (--max-queued 1000); try again in about 2 s
    ///
    /// - Parameters:
    ///   - id: the task that the request was about, if any.
    ///   - options: the connection options for the commands that the message suggests: ` --port 4322`.
    static func text(_ refusal: Refusal, of id: TaskID? = nil, options: String) -> String {
        var text = TerminalText.escapedLine(refusal.message.isEmpty ? refusal.code.rawValue : refusal.message)
        if let limit = refusal.limit {
            let value = refusal.value.map { " \(LimitInfo(limit, $0).valueText)" } ?? ""
            text += " (--\(shortened(limit))\(value))"
        }
        if let advice = advice(refusal, options) { text += "; \(advice)" }
        // The server's sentences for these two name the task.
        guard let id, refusal.code != .unknownTask, refusal.code != .expired else { return text }
        return "task \(id): \(text)"
    }

    private static func advice(_ refusal: Refusal, _ options: String) -> String? {
        switch refusal.code {
        case .unknownTask:
            "ids begin anew when the server restarts; uv-task list\(options) shows the tasks that are kept"
        case .expired: "uv-task list\(options) shows the tasks that are kept"
        case .restarted: "submit the task again"
        case .unknownRequest: "the server may be older than this uv-task"
        case .unknownTaskName where refusal.names.count > Refusal.maximumNames.inMessage:
            "uv-task info\(options) lists them"
        case .draining: "try again when it runs again"
        default: refusal.retryAfter.map { "try again in \(Durations.about($0))" }
        }
    }
}
