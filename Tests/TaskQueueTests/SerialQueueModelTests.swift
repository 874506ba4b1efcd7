import Testing
import Wire

@testable import TaskQueue

/// The queue as one would write it without a thought for speed.
private struct Reference {
    var tasks: [(data: String, state: TaskState, result: String?, times: [UInt64])] = []
    var waiters: [(connection: Int, task: Int)] = []
    var isDraining = false

    var running: Int? { tasks.firstIndex { $0.state == .execute } }
    var waiting: [Int] { tasks.indices.filter { tasks[$0].state == .waiting } }

    mutating func end(_ task: Int, _ state: TaskState, _ result: String?, _ now: UInt64) -> [Int] {
        tasks[task].state = state
        tasks[task].result = result
        tasks[task].times.append(now)
        let released = waiters.filter { $0.task == task }.map(\.connection).sorted()
        waiters.removeAll { $0.task == task }
        return released
    }
}

/// Numbers that a seed gives again (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// One random sequence of calls, made on both.
private struct Comparison {
    var queue = SerialQueue()
    var reference = Reference()
    var generator: SeededGenerator
    var clock: UInt64 = 0
    var startsWithoutFinish = 0
    var story: [String] = []

    init(seed: UInt64) { generator = SeededGenerator(state: seed) }

    mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func step() -> Bool {
        clock += UInt64(number(0..<5))
        let now = Timestamp(milliseconds: clock)
        switch number(0..<100) {
        case 0..<30: return submit(now)
        case 30..<35: return submitFailed(now)
        case 35..<60: return start(now)
        case 60..<75: return finish(now, .success("r\(number(0..<9))"))
        case 75..<80: return finish(now, .failure(TaskFailure(.failed, "f")))
        case 80..<90: return addWaiter()
        case 90..<94: return removeWaiter()
        case 94..<99: return read()
        default: return number(0..<20) == 0 ? drain(now) : true
        }
    }

    private mutating func submit(_ now: Timestamp) -> Bool {
        let data = "d\(number(0..<1000))"
        story.append("submit \(data)")
        let id = try? queue.submit(
            TaskTypeIndex(rawValue: 0), data: data, from: ConnectionID(rawValue: 1), at: now)
        if reference.isDraining { return id == nil }
        reference.tasks.append((data, .waiting, nil, [clock]))
        return id?.rawValue == reference.tasks.count
    }

    private mutating func submitFailed(_ now: Timestamp) -> Bool {
        story.append("submit failed")
        let id = try? queue.submitFailed(TaskFailure(.unknownTaskName, ""), from: ConnectionID(rawValue: 1), at: now)
        if reference.isDraining { return id == nil }
        reference.tasks.append(("", .error, nil, [clock, clock]))
        return id?.rawValue == reference.tasks.count
    }

    private mutating func start(_ now: Timestamp) -> Bool {
        story.append("start")
        let start = queue.startNext(at: now)
        guard let start else { return reference.running != nil || reference.waiting.isEmpty }
        startsWithoutFinish += 1
        guard reference.running == nil, startsWithoutFinish == 1, let expected = reference.waiting.first
        else { return false }
        reference.tasks[expected].state = .execute
        reference.tasks[expected].times.append(clock)
        return start.id.rawValue == expected + 1 && start.data == reference.tasks[expected].data
    }

    private mutating func finish(_ now: Timestamp, _ outcome: Result<String, TaskFailure>) -> Bool {
        guard let running = reference.running else { return queue.running == nil }
        story.append("finish \(outcome)")
        startsWithoutFinish -= 1
        let result = try? outcome.get()
        let expected = reference.end(running, result == nil ? .error : .success, result, clock)
        return queue.finish(outcome, at: now).map { Int($0.rawValue) } == expected
    }

    private mutating func addWaiter() -> Bool {
        let open = reference.tasks.indices.filter { !reference.tasks[$0].state.isFinal }
        guard let task = open.randomElement(using: &generator) else { return true }
        let connection = number(1..<200)
        guard !reference.waiters.contains(where: { $0.connection == connection }) else { return true }
        story.append("\(connection) waits for \(task + 1)")
        reference.waiters.append((connection, task))
        queue.addWaiter(ConnectionID(rawValue: UInt64(connection)), for: TaskID(rawValue: task + 1)!)
        return true
    }

    private mutating func removeWaiter() -> Bool {
        let connection = reference.waiters.randomElement(using: &generator)?.connection ?? 999
        story.append("\(connection) goes away")
        reference.waiters.removeAll { $0.connection == connection }
        queue.removeWaiter(ConnectionID(rawValue: UInt64(connection)))
        return true
    }

    private mutating func drain(_ now: Timestamp) -> Bool {
        story.append("drain")
        let waiting = reference.waiting
        reference.isDraining = true
        let released = waiting.flatMap { reference.end($0, .error, nil, clock) }
        let drained = queue.drain(at: now)
        return drained.dropped == waiting.count && drained.waiters.map { Int($0.rawValue) } == released
    }

    /// Everything that can be read of every task, and of one that does not exist.
    private mutating func read() -> Bool {
        story.append("read")
        for (index, task) in reference.tasks.enumerated() {
            guard let record = queue[TaskID(rawValue: index + 1)!], record.state == task.state,
                record.result == task.result, times(of: record) == task.times
            else { return false }
        }
        return queue[TaskID(rawValue: reference.tasks.count + 1)!] == nil
            && queue.running?.rawValue == reference.running.map { $0 + 1 }
            && queue.waitingCount == reference.waiting.count
    }

    private func times(of record: TaskRecord) -> [UInt64] {
        let later: [Timestamp?] =
            switch record.progress {
            case .waiting: []
            case .execute(_, let since): [since]
            case .success(_, let startedAt, let finishedAt): [startedAt, finishedAt]
            case .error(_, let startedAt, let finishedAt): [startedAt, finishedAt]
            }
        return ([record.submittedAt] + later).compactMap { $0?.milliseconds }
    }

    /// - Returns: what was done, where the two differ in the end.
    mutating func run() -> [String]? {
        for _ in 0..<number(1..<120) where !step() { return story }
        return read() ? nil : story
    }
}

struct SerialQueueModelTests {
    /// 12,000 random sequences of calls, against the reference. A failure names its seed.
    @Test func agreesWithTheReference() {
        let firstSeed = UInt64.random(in: 0...UInt64(UInt32.max))
        for seed in firstSeed..<(firstSeed + 12_000) {
            var comparison = Comparison(seed: seed)
            if let story = comparison.run() {
                Issue.record("seed \(seed): \(story.joined(separator: ", "))")
                return
            }
        }
    }
}
