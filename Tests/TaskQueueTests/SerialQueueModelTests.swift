import ModelRuns
import TaskCore
import Testing

@testable import TaskQueue

/// One random sequence of calls, made on both.
final class QueueComparison {
    /// With blocks and pages so small that many are dropped.
    var queue: SerialQueue
    var reference: Reference
    var generator: SeededGenerator
    var clock: UInt64 = 0
    var startsWithoutFinish = 0
    var lastWaiter = 0
    var story: [String] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        var limits = QueueLimits()
        if seed.isMultiple(of: 2) {
            limits.waiting = Int.random(in: 1..<12, using: &generator)
            limits.finished = Int.random(in: 1..<20, using: &generator)
            limits.heldBytes = Int.random(in: 5..<60, using: &generator)
            limits.age = Bool.random(using: &generator) ? UInt64.random(in: 0..<200, using: &generator) : nil
        }
        reference = Reference(limits)
        queue = SerialQueue(
            WaitingIndex(typeCount: referenceDurations.count, blockSize: 2, smallestDrop: 2), TaskTable(pageSize: 4),
            limits, logCapacity: referenceLogCapacity)
    }

    func number(_ range: Range<Int>) -> Int { generator.number(range) }

    func step() -> Bool {
        clock += UInt64(number(0..<5))
        let now = Timestamp(milliseconds: clock)
        switch number(0..<100) {
        case 0..<28: return submit(now)
        case 28..<31: return submitFailed(now)
        case 31..<50: return start(now)
        case 50..<62: return finish(now, .success("r\(number(0..<9))"))
        case 62..<64: return finish(now, .failure(TaskFailure(.failed, "f")))
        case 64..<66: return finish(now, .failure(commandFailure()))
        case 66..<75: return appendLog()
        case 75..<84: return cancel(now)
        case 84..<90: return addWaiter()
        case 90..<93: return removeWaiter()
        case 93..<96: return forgetExpired(now)
        case 96..<99: return read(now)
        default: return number(0..<20) == 0 ? drain(now) : true
        }
    }

    private func submit(_ now: Timestamp) -> Bool {
        let data = String(repeating: "d", count: number(0..<4))
        let type = number(0..<referenceDurations.count)
        let key = number(0..<3) == 0 ? "k\(number(0..<6))" : nil
        story.append("submit \(data) of type \(type) with key \(key ?? "none")")
        let answer = Result { () throws(SerialQueue.Refusal) in
            try queue.submit(
                TaskTypeIndex(rawValue: UInt16(type)), data: TaskData(data), key: key, from: ConnectionID(rawValue: 1),
                at: now)
        }
        if let key, let known = reference.task(withKey: key) {
            let task = reference.tasks[known]
            guard task.data == data, task.type == type else {
                return failure(of: answer) == .keyConflict(TaskID(rawValue: known + 1)!)
            }
            return (try? answer.get()).map { $0.isExisting && $0.id.rawValue == known + 1 } ?? false
        }
        if let refusal = reference.add(ReferenceTask(type: type, data: data, key: key, times: [clock])) {
            return failure(of: answer) == refusal
        }
        return (try? answer.get()).map { !$0.isExisting && $0.id.rawValue == reference.tasks.count } ?? false
    }

    private func forgetExpired(_ now: Timestamp) -> Bool {
        story.append("forget")
        let expiry = reference.nextExpiry
        guard queue.nextExpiry?.milliseconds == expiry else { return false }
        reference.forgetExpired(at: clock)
        queue.forgetExpired(atMost: .max, at: now)
        return true
    }

    private func failure<Success>(of result: Result<Success, SerialQueue.Refusal>) -> SerialQueue.Refusal? {
        if case .failure(let refusal) = result { refusal } else { nil }
    }

    private func submitFailed(_ now: Timestamp) -> Bool {
        // Sometimes so many that whole blocks never wait.
        for _ in 0..<(number(0..<4) == 0 ? number(1..<40) : 1) {
            story.append("submit failed")
            let id = try? queue.submitFailed(
                TaskFailure(.unknownTaskName, ""), from: ConnectionID(rawValue: 1), at: now)
            if reference.isDraining { return id == nil }
            reference.tasks.append(ReferenceTask(type: 0, data: "", state: .error, times: [clock, clock]))
            reference.tasks[reference.tasks.count - 1].log.hasEnded = true
            reference.keep(reference.tasks.count - 1)
            guard id?.rawValue == reference.tasks.count else { return false }
        }
        return true
    }

    private func cancel(_ now: Timestamp) -> Bool {
        guard let task = reference.kept.randomElement(using: &generator) else { return true }
        story.append("cancel \(task + 1)")
        let answer = queue.cancel(TaskID(rawValue: task + 1)!, at: now)
        switch reference.tasks[task].state {
        case .waiting:
            reference.tasks[task].isCancelled = true
            return answer == .ended(waiters(reference.end(task, .error, nil, clock)))
        case .execute:
            reference.tasks[task].isInterrupted = true
            return answer == .isRunning
        case .success, .error: return answer == .hadEnded
        }
    }

    private func waiters(_ numbers: [Int]) -> [Waiter] {
        numbers.map { Waiter(ConnectionID(rawValue: UInt64($0 % 7 + 1)), UInt64($0)) }
    }

    private func start(_ now: Timestamp) -> Bool {
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

    private func finish(_ now: Timestamp, _ outcome: Result<String, TaskFailure>) -> Bool {
        guard let running = reference.running else { return queue.running == nil }
        story.append("finish \(outcome)")
        startsWithoutFinish -= 1
        let result = try? outcome.get()
        if case .failure(let failure) = outcome {
            reference.tasks[running].failure = failure.code == .failed ? failure.message : failure.errorOutput ?? ""
        }
        let expected = reference.end(running, result == nil ? .error : .success, result, clock)
        return queue.finish(outcome, at: now) == waiters(expected)
    }

    private func addWaiter() -> Bool {
        let open = reference.tasks.indices.filter { !reference.tasks[$0].state.isFinal }
        guard let task = open.randomElement(using: &generator) else { return true }
        lastWaiter += 1
        let readsLog = number(0..<2) == 0
        story.append("\(lastWaiter) waits for \(readsLog ? "the log of " : "")\(task + 1)")
        reference.waiters.append((lastWaiter, task, readsLog))
        let waiter = waiters([lastWaiter])[0]
        if readsLog {
            queue.addLogWaiter(waiter, for: TaskID(rawValue: task + 1)!)
        } else {
            queue.addWaiter(waiter, for: TaskID(rawValue: task + 1)!)
        }
        return true
    }

    /// Sometimes less than a character.
    private func appendLog() -> Bool {
        guard reference.running != nil else { return true }
        let bytes = Array("aя😀".utf8)
        let start = number(0..<bytes.count)
        let part = Array(bytes[start..<number(start..<(bytes.count + 1))])
        story.append("log \(part)")
        return queue.appendLog(part) == waiters(reference.appendLog(part))
    }

    private func commandFailure() -> TaskFailure {
        var failure = TaskFailure(.exit, "a sentence")
        if number(0..<3) > 0 { failure.errorOutput = String(repeating: "e", count: number(0..<5)) }
        return failure
    }

    private func removeWaiter() -> Bool {
        let (number, task, _) = reference.waiters.randomElement(using: &generator) ?? (9999, 0, false)
        story.append("\(number) goes away")
        reference.waiters.removeAll { $0.number == number }
        queue.removeWaiter(waiters([number])[0], for: TaskID(rawValue: task + 1)!)
        return queue.waiterCount == reference.waiters.count
    }

    private func drain(_ now: Timestamp) -> Bool {
        story.append("drain")
        let waiting = reference.waiting
        reference.isDraining = true
        let released = waiting.flatMap { reference.end($0, .error, nil, clock) }
        let drained = queue.drain(at: now)
        return drained.dropped == waiting.count && drained.waiters == waiters(released)
    }

    /// - Returns: what was done, where the two differ in the end.
    func run() -> [String]? {
        for _ in 0..<number(1..<120) where !step() { return story }
        return read(Timestamp(milliseconds: clock)) ? nil : story
    }
}

struct SerialQueueModelTests {
    /// 5000 random sequences of calls, against the reference; `ModelRun` tells how to have more. A failure names its seed.
    @Test func agreesWithTheReference() {
        ModelRun.sequences(5000, of: "the queue") { seed in
            let comparison = QueueComparison(seed: seed)
            guard let story = comparison.run() else { return true }
            Issue.record("UV_TASK_MODEL_SEED=\(seed): \(story.joined(separator: ", "))")
            return false
        }
    }
}
