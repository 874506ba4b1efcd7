import Wire

@testable import TaskQueue

struct ReferenceTask {
    var type: Int
    var data: String
    var state = TaskState.waiting
    var isCancelled = false
    var isInterrupted = false
    var result: String?
    var times: [UInt64]
}

/// How long a task of each type runs.
let referenceDurations: [UInt64] = [3, 50, 0]

/// The queue as one would write it without a thought for speed.
struct Reference {
    var tasks: [ReferenceTask] = []
    var waiters: [(number: Int, task: Int)] = []
    /// Which task a key made.
    var keys: [String: Int] = [:]
    var isDraining = false

    var running: Int? { tasks.firstIndex { $0.state == .execute } }
    var waiting: [Int] { tasks.indices.filter { tasks[$0].state == .waiting } }

    /// Counted naively.
    func place(of task: Int, at now: UInt64) -> SerialQueue.Place? {
        guard !tasks[task].state.isFinal else { return nil }
        let ahead = waiting.filter { $0 < task }
        var left: UInt64 = 0
        if let running {
            let duration = referenceDurations[tasks[running].type]
            left = tasks[running].isInterrupted ? 0 : duration - min(duration, now - tasks[running].times[1])
        }
        guard tasks[task].state == .waiting else { return SerialQueue.Place(position: 0, timeLeft: left) }
        return SerialQueue.Place(
            position: ahead.count + 1,
            timeLeft: (ahead + [task]).reduce(left) { $0 + referenceDurations[tasks[$1].type] })
    }

    func list(_ query: Request.ListQuery) -> [Int] {
        let end = query.before.map { min($0.rawValue - 1, tasks.count) } ?? tasks.count
        let found = (0..<end).reversed().filter { query.state == nil || tasks[$0].state == query.state }
        return Array(found.prefix(query.limit))
    }

    mutating func end(_ task: Int, _ state: TaskState, _ result: String?, _ now: UInt64) -> [Int] {
        tasks[task].state = state
        tasks[task].result = result
        tasks[task].times.append(now)
        let released = waiters.filter { $0.task == task }.map(\.number).sorted()
        waiters.removeAll { $0.task == task }
        return released
    }
}
