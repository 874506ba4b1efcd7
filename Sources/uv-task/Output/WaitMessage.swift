import TaskClient
import TaskCore
import TaskProtocol

/// How a wait ended without a result, and how to continue.
enum WaitMessage {
    /// `task 7 has not ended within 30 s: 3rd in the queue, done in about 9 s`
    ///
    /// - Parameter timeout: in milliseconds; nil if the server ended a wait without a timeout.
    static func timedOut(_ id: TaskID, after timeout: Int?, _ report: TaskReport) -> String {
        let when = timeout.map { "within \(Durations.exact($0))" } ?? "when the daemon ended the wait"
        return "task \(id) has not ended \(when): \(report.standing)"
    }

    /// `task 7 has not finished: waiting, 3rd in the queue; uv-task result 7 --wait waits for it`
    static func unfinished(_ id: TaskID, _ report: TaskReport, _ next: NextCommand) -> String {
        let state = report.state == .waiting && report.position != nil ? "waiting, " : ""
        return "task \(id) has not finished: \(state)\(report.standing); \(next.call([id])) waits for it"
    }

    /// `task 7 ended in error: too much of it (failed)`, and for a command that wrote to its standard error
    /// `task 7 ended in error: the command exited with status 3; it said: "no such file". All it said: uv-task log 7`
    static func failed(_ id: TaskID, _ failure: TaskFailure?, _ next: NextCommand) -> String {
        let ended = "task \(id) ended in error"
        guard let failure else { return ended }
        let log = failure.errorOutput == nil ? "" : ". All it said: \(next.logCall(id))"
        return "\(ended): \(failure.explanation)\(log)"
    }

    /// `interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait`
    ///
    /// - Parameters:
    ///   - open: the tasks that are not known to have ended.
    ///   - unprinted: the tasks without an output yet, which include the open ones.
    static func interrupted(_ open: [TaskID], unprinted: [TaskID], _ next: NextCommand) -> String {
        guard let first = open.first, !unprinted.isEmpty else { return "interrupted" }
        let tasks = open.count == 1 ? "task \(first) goes on" : "\(open.count) tasks go on"
        let purpose =
            unprinted.count > open.count
            ? "To get what was not printed" : "To wait for \(unprinted.count == 1 ? "it" : "them")"
        return "interrupted; \(tasks). \(purpose)\(omission(unprinted)): \(next.call(unprinted))"
    }

    /// `the connection to localhost:4321 was lost while task 7 was waited for (it was reset). If the daemon still runs:
    /// uv-task result 7 --wait`
    ///
    /// - Parameters:
    ///   - unknownLines: the lines whose submits have no answer.
    static func connectionLost(
        _ context: ClientContext, _ cause: ClientError, _ open: [TaskID], unprinted: [TaskID],
        unknownLines: ClosedRange<Int>? = nil, _ next: NextCommand
    ) -> String {
        guard let first = open.first, !unprinted.isEmpty else { return context.lostConnection(cause) }
        let tasks = open.count == 1 ? "task \(first) was" : "\(open.count) tasks were"
        let lines = unknownLines.map { ", and \(LineMessage.unknown($0))" } ?? ""
        return context.lostConnection(cause, " while \(tasks) waited for\(lines)")
            + ". If the daemon still runs\(omission(unprinted)): \(next.call(unprinted))"
    }

    /// ` (the first 10; 2 more are left)`
    private static func omission(_ ids: [TaskID]) -> String {
        let named = NextCommand.maximumIDs
        return ids.count > named ? " (the first \(named); \(ids.count - named) more are left)" : ""
    }
}
