import Foundation
import QueueModel
import TaskCore
import TaskQueue

/// The lines that the server should send. `…` stands for values that depend on time, and for sentences.
extension ModelServer {
    func answer(_ wait: Wait, timedOut: Bool = false) -> String {
        let task = queue[wait.task]
        let status = #""status":"\#(task.state.rawValue)""#
        let data = (try? task.outcome?.get()).map { #""\#($0)""# } ?? "null"
        guard let sequence = wait.sequence else {
            return wait.question == .result ? "{\(status),\"data\":\(data)}" : "{\(status)}"
        }
        let answer =
            switch wait.question {
            case .status: report(wait.task)
            case .log: #""text":"","offset":0,"ended":\#(task.state.isFinal)"#
            case .result: "\(status),\"data\":\(data)\(failure(of: task))"
            }
        let timedOut = timedOut && !task.state.isFinal ? #","timed_out":true"# : ""
        return #"{"seq":\#(sequence),\#(answer)\#(timedOut)}"#
    }

    func submitted(_ id: TaskID, isExisting: Bool, _ sequence: Int?) -> String {
        guard let sequence else { return #"{"task_id":\#(id)}"# }
        let state = queue[id].state.rawValue
        let existing = isExisting ? #","existing":true"# : ""
        return #"{"seq":\#(sequence),"task_id":\#(id),"instance":…,"status":"\#(state)"\#(place(of: id))\#(existing)}"#
    }

    func information(_ sequence: Int?) -> String { #"{\#(prefix(sequence))…}"# }

    private func prefix(_ sequence: Int?) -> String { sequence.map { #""seq":\#($0),"# } ?? "" }

    func list(_ query: ListQuery, _ sequence: Int?) -> String {
        let page = queue.list(query)
        let tasks = page.ids.map { #"{"task_id":\#($0),\#(report($0))}"# }.joined(separator: ",")
        let next = page.next.map { #","next":\#($0)"# } ?? ""
        return #"{\#(prefix(sequence))"tasks":[\#(tasks)]\#(next)}"#
    }

    /// - Parameter canEverFit: whether the client may try again.
    func error(_ code: Refusal.Code, _ sequence: Int?, canEverFit: Bool) -> String {
        let retry = canEverFit ? #","retry_after_ms":…"# : ""
        let members =
            switch code {
            case .queueFull: #","limit":"max-queued","value":\#(queue.limits.queued)"# + retry
            case .memoryFull: #","limit":"max-memory","value":\#(queue.limits.memory)"# + retry
            case .tooLarge: #","limit":"max-message","value":\#(ModelMessage.limit)"#
            case .unknownTaskName: #","names":["gate","twice","broken","long"]"#
            default: ""
            }
        return #"{\#(prefix(sequence))"error":{"code":"\#(code.rawValue)","message":…\#(members)}}"#
    }

    func statistics(_ sequence: Int?) -> String {
        let counts = [
            ("submitted", queue.tasks.count), ("succeeded", queue.succeeded), ("failed", queue.failed),
            ("cancelled", queue.cancelled), ("waiting", queue.waiting.count), ("running", queue.running == nil ? 0 : 1),
            ("kept", queue.ended.count), ("forgotten", queue.evicted.count), ("held_bytes", queue.heldBytes),
        ]
        let later = [("accepted", accepted), ("waits", waits.count), ("closed_for_errors", closedForErrors)]
        let refused = Refusal.Code.all.map { ($0.rawValue, self.refused[$0, default: 0]) }
        func text(_ counts: [(String, Int)]) -> String {
            counts.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",")
        }
        let oldest = queue.waiting.isEmpty ? "" : #","oldest_waiting_ms":…"#
        return
            #"{\#(prefix(sequence))"uptime_ms":…,\#(text(counts)),"connection_bytes":…,"connections":…,\#(text(later))"#
            + oldest
            + #","closed_for_limits":{"timeout":0,"write-timeout":0,"max-memory":0},"refused":{\#(text(refused))}}"#
    }

    /// Everything that is known about a task, except its id.
    private func report(_ id: TaskID) -> String {
        let task = queue[id]
        var text = #""status":"\#(task.state.rawValue)""#
        if let type = task.type { text += #","task_name":"\#(ModelType(type).rawValue)""# }
        text += place(of: id) + #","submitted_at":…"#
        if let user = task.submitter { text += #","submitted_by":{"uid":\#(user.rawValue)}"# }
        if task.startedAt != nil { text += #","started_at":…"# }
        if task.finishedAt != nil { text += #","finished_at":…"# }
        return text + failure(of: task)
    }

    private func place(of id: TaskID) -> String {
        queue.places(at: now)[id].map { #","position":\#($0.position),"eta_ms":…"# } ?? ""
    }

    private func failure(of task: ReferenceQueue.Task) -> String {
        task.failureCode.map { #","failure":{"code":"\#($0.rawValue)","message":…}"# } ?? ""
    }

    /// The members whose values are not compared. The system decides when a connection that is closing has closed, so the
    /// connections are counted after each step instead.
    private static let masked = try? NSRegularExpression(
        pattern: #""(message|instance|eta_ms|submitted_at|started_at|finished_at|uptime_ms|oldest_waiting_ms"#
            + #"|retry_after_ms|connection_bytes|connections)":("([^"\\]|\\.)*"|[0-9]+)"#)

    /// A line of the server, with `…` in place of what is not compared.
    static func masked(_ line: String) -> String {
        if line.contains(#""name":"uv-taskd""#), let end = line.firstIndex(of: ",") { return line[..<end] + ",…}" }
        let range = NSRange(line.startIndex..., in: line)
        return masked?.stringByReplacingMatches(in: line, range: range, withTemplate: #""$1":…"#) ?? line
    }
}
