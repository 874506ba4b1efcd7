package import Wire

/// How a wait ended otherwise than with the task's result, and how to go on: one line each, without a newline.
///
/// `options` are those of the connection, for the commands that are named: ` --port 4322`.
package enum WaitWords {
    /// `task 7 has not ended within 30 s: 3rd in the queue, done in about 9 s`
    package static func timedOut(_ id: TaskID, after milliseconds: Int, _ report: TaskReport) -> String {
        "task \(id) has not ended within \(Durations.exact(milliseconds)): \(TaskWords.standing(report))"
    }

    /// `task 7 has not finished: waiting, 3rd in the queue; uv-task result 7 --wait waits for it`
    package static func unfinished(_ id: TaskID, _ report: TaskReport, options: String = "") -> String {
        let isPlaced = report.state == .waiting && report.position != nil
        let standing = (isPlaced ? "waiting, " : "") + TaskWords.standing(report)
        return "task \(id) has not finished: \(standing); \(command([id], options)) waits for it"
    }

    /// `task 7 ended in error: too much of it (failed)`
    package static func failed(_ id: TaskID, _ failure: TaskFailure?) -> String {
        "task \(id) ended in error\(failure.map { ": \(TaskWords.failure($0))" } ?? "")"
    }

    /// `interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait`, and of several
    /// `interrupted; 3 tasks go on. To wait for them: uv-task wait 7 8 9`
    ///
    /// - Parameter ids: Of the tasks that have not ended.
    package static func interrupted(_ ids: [TaskID], options: String = "") -> String {
        guard let first = ids.first else { return "interrupted" }
        let (what, them) = ids.count == 1 ? ("task \(first) goes on", "it") : ("\(ids.count) tasks go on", "them")
        return "interrupted; \(what). To wait for \(them): \(command(ids, options))"
    }

    /// `the connection to localhost:4321 was lost while task 7 was waited for (it was reset). If the daemon still runs:
    /// uv-task result 7 --wait`
    ///
    /// - Parameters:
    ///   - server: Its host and port.
    ///   - ids: Of the tasks that are not known to have ended.
    ///   - cause: What the client saw.
    package static func connectionLost(
        to server: String, _ ids: [TaskID], cause: String, options: String = ""
    ) -> String {
        let lost = "the connection to \(TerminalText.escapedLine(server)) was lost"
        let seen = "(\(TerminalText.escapedLine(cause)))"
        guard let first = ids.first else { return "\(lost) \(seen)" }
        let what = ids.count == 1 ? "task \(first) was" : "\(ids.count) tasks were"
        return "\(lost) while \(what) waited for \(seen). If the daemon still runs: \(command(ids, options))"
    }

    private static func command(_ ids: [TaskID], _ options: String) -> String {
        let list = ids.map(\.description).joined(separator: " ")
        return ids.count == 1 ? "uv-task result \(list) --wait\(options)" : "uv-task wait \(list)\(options)"
    }
}
