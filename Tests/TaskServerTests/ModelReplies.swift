import QueueModel
import TaskCore
import TaskQueue

/// The lines that the server should send. `…` stands for values that depend on time, and for sentences.
extension ModelServer {
    /// Everything that is known about a task, except its id.
    func report(_ id: TaskID) -> String {
        let task = queue[id]
        var text = #""status":"\#(task.state.rawValue)""#
        if let type = task.type { text += #","task_name":"\#(ModelType(type).rawValue)""# }
        text += place(of: id) + #","submitted_at":…"#
        if task.startedAt != nil { text += #","started_at":…"# }
        if task.finishedAt != nil { text += #","finished_at":…"# }
        return text + failure(of: task)
    }

    private func place(of id: TaskID) -> String {
        queue.places(at: now)[id].map { #","position":\#($0.position),"eta_ms":…"# } ?? ""
    }

    private func failure(of task: ReferenceQueue.Task) -> String {
        guard case .failure(let failure) = task.outcome else { return "" }
        return #","failure":{"code":"\#(failure.code.rawValue)","message":…}"#
    }

    private func data(of task: ReferenceQueue.Task) -> String {
        guard case .success(let result) = task.outcome else { return "null" }
        return #""\#(result)""#
    }

    func legacyResult(_ task: ReferenceQueue.Task) -> String {
        #"{"status":"\#(task.state.rawValue)","data":\#(data(of: task))}"#
    }

    func answer(_ wait: ModelWait) -> String {
        let task = queue[wait.task]
        let timedOut = wait.timedOut && !task.state.isFinal ? #","timed_out":true"# : ""
        switch wait.question {
        case .status: return #"{"seq":\#(wait.sequence),\#(report(wait.task))\#(timedOut)}"#
        case .log:
            return #"{"seq":\#(wait.sequence),"text":"","offset":0,"ended":\#(task.state.isFinal)\#(timedOut)}"#
        case .result:
            return #"{"seq":\#(wait.sequence),"status":"\#(task.state.rawValue)","data":\#(data(of: task))"#
                + failure(of: task) + timedOut + "}"
        }
    }

    func submitted(_ id: TaskID, isExisting: Bool) -> String {
        #""task_id":\#(id),"instance":…,"status":"\#(queue[id].state.rawValue)""# + place(of: id)
            + (isExisting ? #","existing":true"# : "")
    }

    func list(_ query: ListQuery) -> String {
        let page = queue.list(query)
        let tasks = page.ids.map { #"{"task_id":\#($0),\#(report($0))}"# }.joined(separator: ",")
        return #""tasks":[\#(tasks)]"# + (page.next.map { #","next":\#($0)"# } ?? "")
    }

    /// - Parameter more: members after the message.
    static func error(_ code: Refusal.Code, _ sequence: Int?, _ more: String = "") -> String {
        let sequence = sequence.map { #""seq":\#($0),"# } ?? ""
        return #"{\#(sequence)"error":{"code":"\#(code.rawValue)","message":…\#(more)}}"#
    }

    /// The members of an error beside its code and message.
    func members(of code: Refusal.Code, canEverFit: Bool) -> String {
        let retry = canEverFit ? #","retry_after_ms":…"# : ""
        return switch code {
        case .queueFull: #","limit":"max-queued","value":\#(queue.limits.queued)"# + retry
        case .memoryFull: #","limit":"max-memory","value":\#(queue.limits.memory)"# + retry
        case .tooLarge: #","limit":"max-message","value":\#(ModelMessage.limit)"#
        case .unknownTaskName: #","names":["gate","twice","broken","long"]"#
        default: ""
        }
    }

    var statistics: String {
        let tasks = queue.tasks
        func failures(_ isCounted: (TaskFailure.Code) -> Bool) -> Int {
            tasks.count { if case .failure(let failure) = $0.outcome { isCounted(failure.code) } else { false } }
        }
        let counts: [(String, Int)] = [
            ("submitted", tasks.count), ("succeeded", tasks.count { $0.state == .success }),
            ("failed", failures { $0 != .cancelled }), ("cancelled", failures { $0 == .cancelled }),
            ("waiting", queue.waiting.count), ("running", queue.running == nil ? 0 : 1),
            ("kept", queue.ended.count), ("forgotten", queue.evicted.count), ("held_bytes", queue.heldBytes),
        ]
        let later: [(String, Int)] = [
            ("accepted", accepted), ("waits", waiters.count), ("closed_for_errors", closedForErrors),
        ]
        func text(_ counts: [(String, Int)]) -> String {
            counts.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",")
        }
        let oldest = queue.waiting.isEmpty ? "" : #","oldest_waiting_ms":…"#
        let refused = Refusal.Code.all.map { ($0.rawValue, self.refused[$0, default: 0]) }
        return #""uptime_ms":…,\#(text(counts)),"connection_bytes":…,"connections":…,\#(text(later))\#(oldest)"#
            + #","closed_for_limits":{"timeout":0,"write-timeout":0,"max-memory":0},"refused":{\#(text(refused))}"#
    }

    /// The members whose values are not compared. The system decides when a connection that is closing has closed, so the
    /// connections are counted after each step instead.
    private static let masked: Set<String> = [
        "message", "instance", "eta_ms", "submitted_at", "started_at", "finished_at", "uptime_ms",
        "oldest_waiting_ms", "retry_after_ms", "connection_bytes", "connections",
    ]

    /// A line of the server, with `…` in place of what is not compared.
    static func masked(_ line: String) -> String {
        if line.contains(#""name":"uv-taskd""#), let end = line.firstIndex(of: ",") { return line[..<end] + ",…}" }
        // The parts are outside and inside quotation marks in turn. Only messages contain escaped quotation marks.
        var parts = line.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        var index = 1
        while index + 1 < parts.count {
            defer { index += 2 }
            guard masked.contains(parts[index]), parts[index + 1].hasPrefix(":") else { continue }
            if parts[index + 1] == ":" {
                var end = index + 2
                while parts[end].hasSuffix("\\") { end += 1 }
                parts.replaceSubrange((index + 1)...(end + 1), with: [":…" + parts[end + 1]])
            } else {
                parts[index + 1] = ":…" + parts[index + 1].dropFirst().drop { $0.isNumber }
            }
        }
        return parts.joined(separator: "\"")
    }
}
