import TaskCore
import TaskProtocol
import TaskQueue

/// What the server is to answer, in its words; `…` stands for what depends on the time, and for sentences.
extension ModelServer {
    /// What is known of a task.
    func report(_ id: Int) -> String {
        let task = queue[id]
        var text = #""status":"\#(task.state.rawValue)""#
        if let type = task.type { text += #","task_name":"\#(type.rawValue)""# }
        if let position = queue.position(of: id) { text += #","position":\#(position),"eta_ms":…"# }
        text += #","submitted_at":…"#
        if task.hasStarted { text += #","started_at":…"# }
        if task.state.isFinal { text += #","finished_at":…"# }
        return text + failure(of: task)
    }

    private func failure(of task: ModelTask) -> String {
        task.failure.map { #","failure":{"code":"\#($0.rawValue)","message":…}"# } ?? ""
    }

    func classicResult(_ task: ModelTask) -> String {
        #"{"status":"\#(task.state.rawValue)","data":\#(task.result.map { #""\#($0)""# } ?? "null")}"#
    }

    func answer(_ wait: ModelWait) -> String {
        let task = queue[wait.task]
        let timedOut = wait.timedOut && !task.state.isFinal ? #","timed_out":true"# : ""
        switch wait.question {
        case .status: return #"{"seq":\#(wait.sequence),\#(report(wait.task))\#(timedOut)}"#
        case .log:
            let ended = task.state.isFinal
            return #"{"seq":\#(wait.sequence),"text":"","offset":0,"ended":\#(ended)\#(timedOut)}"#
        case .result:
            let data = task.result.map { #""\#($0)""# } ?? "null"
            return #"{"seq":\#(wait.sequence),"status":"\#(task.state.rawValue)","data":\#(data)"#
                + failure(of: task) + timedOut + "}"
        }
    }

    func submitted(_ id: Int, _ isExisting: Bool) -> String {
        var text = #""task_id":\#(id),"instance":…,"status":"\#(queue[id].state.rawValue)""#
        if let position = queue.position(of: id) { text += #","position":\#(position),"eta_ms":…"# }
        return text + (isExisting ? #","existing":true"# : "")
    }

    func list(_ query: ListQuery) -> String {
        let page = queue.list(query)
        let tasks = page.ids.map { #"{"task_id":\#($0),\#(report($0))}"# }.joined(separator: ",")
        return #""tasks":[\#(tasks)]"# + (page.next.map { #","next":\#($0)"# } ?? "")
    }

    /// - Parameter more: members behind the message.
    static func error(_ code: RequestError.Code, _ sequence: Int?, _ more: String = "") -> String {
        let sequence = sequence.map { #""seq":\#($0),"# } ?? ""
        return #"{\#(sequence)"error":{"code":"\#(code.rawValue)","message":…\#(more)}}"#
    }

    /// What goes with an error of that code.
    func members(of code: RequestError.Code, canEverFit: Bool) -> String {
        let retry = canEverFit ? #","retry_after_ms":…"# : ""
        return switch code {
        case .queueFull: #","limit":"max-queued","value":\#(queue.limits.waiting)"# + retry
        case .memoryFull: #","limit":"max-memory","value":\#(queue.limits.heldBytes)"# + retry
        case .tooLarge: #","limit":"max-message","value":\#(ModelMessage.limit)"#
        case .unknownTaskName: #","names":["gate","twice","broken","long"]"#
        default: ""
        }
    }

    var statistics: String {
        let tasks = queue.tasks
        func failures(_ isCounted: (TaskFailure.Code) -> Bool) -> Int {
            tasks.count { $0.failure.map(isCounted) == true }
        }
        let counts: [(String, Int)] = [
            ("submitted", tasks.count), ("succeeded", tasks.count { $0.state == .success }),
            ("failed", failures { $0 != .cancelled }), ("cancelled", failures { $0 == .cancelled }),
            ("waiting", queue.waiting.count), ("running", queue.running == nil ? 0 : 1),
            ("kept", queue.finished.count), ("forgotten", queue.forgotten.count), ("held_bytes", queue.heldBytes),
        ]
        let later: [(String, Int)] = [
            ("accepted", accepted), ("waits", waiters.count), ("closed_for_errors", closedForErrors),
        ]
        func text(_ counts: [(String, Int)]) -> String {
            counts.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",")
        }
        let oldest = queue.waiting.isEmpty ? "" : #","oldest_waiting_ms":…"#
        let refused = RequestError.Code.all.map { ($0.rawValue, self.refused[$0, default: 0]) }
        return #""uptime_ms":…,\#(text(counts)),"connection_bytes":…,"connections":…,\#(text(later))\#(oldest)"#
            + #","closed_for_limits":{"timeout":0,"write-timeout":0,"max-memory":0},"refused":{\#(text(refused))}"#
    }

    /// The members whose values are not compared. How soon a connection goes that has ended is for the system to say: they
    /// are counted after each step.
    private static let masked: Set<String> = [
        "message", "instance", "eta_ms", "submitted_at", "started_at", "finished_at", "uptime_ms",
        "oldest_waiting_ms", "retry_after_ms", "connection_bytes", "connections",
    ]

    /// A line of the server, with `…` for what is not compared.
    static func masked(_ line: String) -> String {
        if line.contains(#""name":"uv-taskd""#), let end = line.firstIndex(of: ",") { return line[..<end] + ",…}" }
        var parts = line.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        // Outside quotes, inside, outside, and so on; where there is a backslash, it is in a message.
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
