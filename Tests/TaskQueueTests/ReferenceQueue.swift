import TaskCore

@testable import TaskQueue

struct ReferenceTask {
    var type: Int
    var data: String
    var state = TaskState.waiting
    var isCancelled = false
    var isInterrupted = false
    var result: String?
    /// What its function said of its failure, or its command last.
    var failure = ""
    var log = ReferenceLog(capacity: referenceLogCapacity)
    var key: String?
    var times: [UInt64]

    /// What it holds in memory.
    var bytes: Int {
        (state.isFinal ? result ?? failure : data).utf8.count + (key ?? "").utf8.count
            + (state.isFinal ? log.bytes.count - log.start : 0)
    }
}

/// How long a task of each type runs; of the last nobody knows.
let referenceDurations: [UInt64?] = [3, 50, 0, nil]

/// So small that most of a log goes.
let referenceLogCapacity = 6

/// The queue as one would write it without a thought for speed.
struct Reference {
    let limits: QueueLimits
    /// Those that are forgotten too.
    var tasks: [ReferenceTask] = []
    /// Tasks that have ended and are kept, in the order of their ends.
    var finished: [Int] = []
    var forgotten: Set<Int> = []
    var waiters: [(number: Int, task: Int, readsLog: Bool)] = []
    var isDraining = false

    init(_ limits: QueueLimits) { self.limits = limits }

    var running: Int? { tasks.firstIndex { $0.state == .execute } }
    var waiting: [Int] { tasks.indices.filter { tasks[$0].state == .waiting } }
    var kept: [Int] { forgotten.isEmpty ? Array(tasks.indices) : tasks.indices.filter { !forgotten.contains($0) } }
    var heldBytes: Int { kept.reduce(0) { $0 + tasks[$1].bytes } }

    /// The task that a key made.
    func task(withKey key: String) -> Int? { kept.first { tasks[$0].key == key } }

    /// Takes a task in, unless a limit is in its way; room is made first.
    mutating func add(_ task: ReferenceTask) -> SerialQueue.Refusal? {
        if isDraining { return .draining }
        if waiting.count >= limits.waiting { return .queueFull }
        let needed = kept.filter { !tasks[$0].state.isFinal }.reduce(task.bytes) { $0 + tasks[$1].bytes }
        if needed > limits.heldBytes { return .memoryFull }
        while heldBytes + task.bytes > limits.heldBytes { forgotten.insert(finished.removeFirst()) }
        tasks.append(task)
        return nil
    }

    mutating func keep(_ task: Int) {
        finished.append(task)
        let isLimited = !isDraining && limits != QueueLimits()
        while isLimited, finished.count > limits.finished || heldBytes > limits.heldBytes, finished.count > 1 {
            forgotten.insert(finished.removeFirst())
        }
    }

    /// When the next one has reached its age; in a drain none does.
    var nextExpiry: UInt64? {
        guard !isDraining, let age = limits.age, let first = finished.first else { return nil }
        return tasks[first].times.last! + age
    }

    mutating func forgetExpired(at now: UInt64) {
        while let expiry = nextExpiry, expiry <= now { forgotten.insert(finished.removeFirst()) }
    }

    /// Of every task that has not ended, counted one after the other.
    func places(at now: UInt64) -> [Int: SerialQueue.Place] {
        var places: [Int: SerialQueue.Place] = [:]
        var left: UInt64? = 0
        if let running, !tasks[running].isInterrupted {
            left = referenceDurations[tasks[running].type].map { $0 - min($0, now - tasks[running].times[1]) }
        }
        if let running {
            places[running] = SerialQueue.Place(position: 0, timeLeft: left)
        }
        for (index, task) in waiting.enumerated() {
            left = left.flatMap { left in referenceDurations[tasks[task].type].map { left + $0 } }
            places[task] = SerialQueue.Place(position: index + 1, timeLeft: left)
        }
        return places
    }

    func list(_ query: ListQuery) -> [Int] {
        let end = query.before.map { min($0.rawValue - 1, tasks.count) } ?? tasks.count
        let found = kept.filter { $0 < end && (query.state == nil || tasks[$0].state == query.state) }.reversed()
        return Array(found.prefix(query.limit))
    }

    mutating func end(_ task: Int, _ state: TaskState, _ result: String?, _ now: UInt64) -> [Int] {
        tasks[task].state = state
        tasks[task].result = result
        tasks[task].times.append(now)
        tasks[task].log.hasEnded = true
        keep(task)
        return release(task, onlyLog: true) + release(task, onlyLog: false)
    }

    mutating func release(_ task: Int, onlyLog: Bool) -> [Int] {
        let released = waiters.filter { $0.task == task && ($0.readsLog || !onlyLog) }.map(\.number)
        waiters.removeAll { released.contains($0.number) }
        return released.sorted()
    }

    /// The task that runs writes something.
    mutating func appendLog(_ bytes: [UInt8]) -> [Int] {
        guard let running else { return [] }
        let end = tasks[running].log.readableEnd
        tasks[running].log.bytes += bytes
        return tasks[running].log.readableEnd > end ? release(running, onlyLog: true) : []
    }
}
