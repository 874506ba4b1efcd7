package import TaskCore
package import TaskProtocol

/// How a wait ended otherwise than with the task's result, and how to go on: one line each, without a newline.
package enum WaitWords {
    /// `task 7 has not ended within 30 s: 3rd in the queue, done in about 9 s`
    ///
    /// - Parameter milliseconds: the wait's time-out; nil where the server ended a wait that had none.
    package static func timedOut(_ id: TaskID, after milliseconds: Int?, _ report: TaskReport) -> String {
        let when = milliseconds.map { "within \(Durations.exact($0))" } ?? "when the daemon ended the wait"
        return "task \(id) has not ended \(when): \(TaskWords.standing(report))"
    }

    /// `task 7 has not finished: waiting, 3rd in the queue; uv-task result 7 --wait waits for it`
    package static func unfinished(_ id: TaskID, _ report: TaskReport, _ call: WaitCall) -> String {
        let isPlaced = report.state == .waiting && report.position != nil
        let standing = (isPlaced ? "waiting, " : "") + TaskWords.standing(report)
        return "task \(id) has not finished: \(standing); \(call.words([id])) waits for it"
    }

    /// `task 7 ended in error: too much of it (failed)`, and of a command that said something
    /// `task 7 ended in error: the command exited with status 3; it said: "convert: no such file". All it said: uv-task log 7`
    package static func failed(_ id: TaskID, _ failure: TaskFailure?, _ call: WaitCall) -> String {
        let ended = "task \(id) ended in error"
        guard let failure else { return ended }
        let rest = failure.errorOutput == nil ? "" : ". All it said: \(call.logWords(id))"
        return "\(ended): \(TaskWords.explained(failure))\(rest)"
    }

    /// Where a terminal would obey or garble it: `the result of task 7, 12.3 KiB, is binary and not for a terminal; uv-task
    /// result 7 --output FILE writes it to a file`
    package static func binary(_ id: TaskID, count: Int, _ call: WaitCall) -> String {
        "the result of task \(id), \(ByteCount.text(count)), is binary and not for a terminal; "
            + "\(call.fileWords(id)) writes it to a file"
    }

    /// `cannot write the result of task 7 to out.png: no space left on device; uv-task result 7 --output out.png tries again`
    package static func unwritten(_ id: TaskID, to file: String, cause: String, _ call: WaitCall) -> String {
        "cannot write the result of task \(id) to \(TerminalText.escapedLine(file)): \(cause); "
            + "\(call.fileWords(id)) tries again"
    }

    /// For people, since the state of a cancelled task is `error`: `task 7: cancelled before it could start`
    package static func cancelled(_ id: TaskID, _ failure: TaskFailure) -> String {
        "task \(id): \(TerminalText.escapedLine(failure.message))"
    }

    /// `interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait`, and of several
    /// `interrupted; 3 tasks go on. To wait for them: uv-task wait 7 8 9`
    ///
    /// - Parameters:
    ///   - open: The tasks that are not known to have ended.
    ///   - unprinted: Those of which nothing was printed yet, the open ones among them.
    package static func interrupted(_ open: [TaskID], unprinted: [TaskID], _ call: WaitCall) -> String {
        guard let first = open.first, !unprinted.isEmpty else { return "interrupted" }
        let what = open.count == 1 ? "task \(first) goes on" : "\(open.count) tasks go on"
        let purpose =
            unprinted.count > open.count
            ? "To get what was not printed" : "To wait for \(unprinted.count == 1 ? "it" : "them")"
        return "interrupted; \(what). \(purpose)\(share(unprinted)): \(call.words(unprinted))"
    }

    /// `the connection to localhost:4321 was lost while task 7 was waited for (it was reset). If the daemon still runs:
    /// uv-task result 7 --wait`
    ///
    /// - Parameters:
    ///   - server: Its host and port.
    ///   - open: The tasks that are not known to have ended.
    ///   - unprinted: Those of which nothing was printed yet, the open ones among them.
    ///   - unknown: The lines whose submits have no answer, from 1 on; nil where all have.
    ///   - cause: What the client saw.
    package static func connectionLost(
        to server: String, _ open: [TaskID], unprinted: [TaskID], unknown: ClosedRange<Int>? = nil, cause: String,
        _ call: WaitCall
    ) -> String {
        let lost = "the connection to \(TerminalText.escapedLine(server)) was lost"
        let seen = "(\(TerminalText.escapedLine(cause)))"
        guard let first = open.first, !unprinted.isEmpty else { return "\(lost) \(seen)" }
        let what = open.count == 1 ? "task \(first) was" : "\(open.count) tasks were"
        let lines = unknown.map { ", and \(UsageWords.fateUnknown($0))" } ?? ""
        return "\(lost) while \(what) waited for\(lines) \(seen). If the daemon still runs\(share(unprinted)): "
            + call.words(unprinted)
    }

    /// Where the call does not name them all: ` (the first 10; 2 more are left)`
    private static func share(_ ids: [TaskID]) -> String {
        let most = WaitCall.mostIDs
        return ids.count > most ? " (the first \(most); \(ids.count - most) more are left)" : ""
    }
}
