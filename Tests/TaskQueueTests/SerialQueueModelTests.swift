import ModelRuns
import QueueModel
import TaskCore
import Testing

@testable import TaskQueue

/// One random sequence of steps, made with the queue and with the reference.
private final class Comparison {
    private static let types: [DurationEstimator.Basis] = [
        .fixed(3), .fixed(50), .fixed(0), .expected(20), .expected(nil),
    ]

    /// So small that most of a log is dropped.
    private static let logCapacity = 6

    private var queue: SerialQueue
    private var reference: ReferenceQueue
    private var generator: SeededGenerator
    private var now: Timestamp = 1000
    private(set) var steps: [String] = []

    /// Blocks and pages are so small that many are dropped.
    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        var limits = Limits.unlimited
        if seed.isMultiple(of: 2) {
            limits.queued = generator.number(1..<12)
            limits.keptResults = generator.number(1..<20)
            limits.memory = generator.number(5..<60)
            limits.keptTime = generator.oneIn(2) ? generator.number(0..<200) : nil
        }
        reference = ReferenceQueue(types: Self.types, limits: limits, logCapacity: Self.logCapacity)
        queue = SerialQueue(
            types: Self.types, limits: limits, tasks: TaskTable(pageBits: 2),
            line: WaitingLine(typeCount: Self.types.count, blockBits: 1, minimumToCompact: 2),
            logCapacity: Self.logCapacity)
    }

    /// - Returns: whether queue and reference agreed all the time.
    func run() -> Bool {
        for _ in 0..<generator.number(1..<120) where !step() { return false }
        return readsAgree()
    }

    private func step() -> Bool {
        now = now.advanced(by: generator.number(0..<5))
        switch generator.number(0..<100) {
        case 0..<30: return submit()
        case 30..<33: return reject()
        case 33..<52: return start()
        case 52..<67: return finish()
        case 67..<77: return appendLog()
        case 77..<88: return cancel()
        case 88..<92: return expire()
        case 92..<99: return readsAgree()
        default: return generator.oneIn(20) ? drain() : true
        }
    }

    private func submit() -> Bool {
        let submission = Submission(
            type: TaskTypeIndex(rawValue: UInt16(generator.number(0..<Self.types.count))),
            data: TaskData(String(repeating: "d", count: generator.number(0..<4))),
            key: generator.oneIn(3) ? "k\(generator.number(0..<6))" : nil,
            connection: ConnectionID(rawValue: UInt64(generator.number(0..<3))))
        steps.append("submit \(submission)")
        let expected = Result { () throws(Refusal) in try reference.submit(submission, at: now) }
        let actual = Result { () throws(Refusal) in try queue.submit(submission, at: now) }
        switch (expected, actual) {
        case (.success(let expected), .success(let actual)): return expected == actual
        case (.failure(let expected), .failure(let actual)): return expected == actual
        default: return false
        }
    }

    /// Sometimes so many that no task of a block ever waits.
    private func reject() -> Bool {
        let failure = TaskFailure(.unknownTaskName, "")
        for _ in 0..<(generator.oneIn(4) ? generator.number(1..<40) : 1) {
            steps.append("reject")
            let expected = try? reference.reject(failure, from: .none, at: now)
            let actual = try? queue.reject(failure, at: now)
            guard expected?.id == actual?.id, expected?.effects == actual?.effects else { return false }
        }
        return true
    }

    private func start() -> Bool {
        steps.append("start")
        return reference.start(at: now) == queue.start(at: now)
    }

    private func finish() -> Bool {
        guard reference.running != nil else { return queue.running == nil }
        let outcome: Result<String, TaskFailure>
        switch generator.number(0..<8) {
        case 0: outcome = .failure(TaskFailure(.failed, "thrown"))
        case 1:
            var failure = TaskFailure(.exit, "a sentence")
            failure.errorOutput = String(repeating: "e", count: generator.number(0..<5))
            outcome = .failure(failure)
        case 2: outcome = .failure(.cancelledWhileRunning)
        default: outcome = .success("r\(generator.number(0..<9))")
        }
        steps.append("finish \(outcome)")
        return reference.finish(outcome, at: now) == queue.finish(outcome, at: now)
    }

    /// Pieces that end within a character too.
    private func appendLog() -> Bool {
        guard reference.running != nil else { return true }
        let bytes = Array("aя😀".utf8)
        let start = generator.number(0..<bytes.count)
        let piece = Array(bytes[start..<generator.number(start..<(bytes.count + 1))])
        steps.append("log \(piece)")
        return reference.appendLog(piece) == queue.appendLog(piece)
    }

    private func cancel() -> Bool {
        guard let id = reference.kept.randomElement(using: &generator) else { return true }
        steps.append("cancel \(id)")
        return reference.cancel(id, at: now) == queue.cancel(id, at: now)
    }

    private func expire() -> Bool {
        let atMost = generator.number(1..<4)
        steps.append("expire \(atMost)")
        return reference.expire(atMost: atMost, at: now) == queue.expire(atMost: atMost, at: now)
    }

    private func drain() -> Bool {
        steps.append("drain")
        return reference.drain(at: now) == queue.drain(at: now)
    }

    // MARK: Reading

    private func readsAgree() -> Bool {
        steps.append("read")
        let places = reference.places(at: now)
        let next = TaskID(rawValue: reference.tasks.count + 1)!
        return reference.ids.allSatisfy { recordsAgree($0, places[$0]) } && queue[next] == nil
            && !queue.isEvicted(next) && queue.running == reference.running
            && queue.isDraining == reference.isDraining && queue.nextExpiry == reference.nextExpiry
            && queue.oldestWaiting == reference.waiting.first.map { reference[$0].submittedAt }
            && countsAgree() && listsAgree()
    }

    private func recordsAgree(_ id: TaskID, _ place: SerialQueue.Place?) -> Bool {
        guard reference.isKnown(id) else { return queue[id] == nil && queue.isEvicted(id) }
        guard let record = queue[id], !queue.isEvicted(id) else { return false }
        let task = reference[id]
        let offset = generator.number(0..<12)
        let log = queue.log(of: id)
        return record.state == task.state && record.type == task.type
            && record.result == (try? task.outcome?.get())
            && [record.submittedAt, record.times.startedAt, record.times.finishedAt]
                == [task.submittedAt, task.startedAt, task.finishedAt]
            && (task.state.isFinal || record.connection == task.connection)
            && queue.place(of: id, at: now) == place
            && log.part(from: offset) == task.log.part(from: offset) && log.hasEnded == task.state.isFinal
    }

    private func countsAgree() -> Bool {
        let counts = queue.counts
        let cancelled = reference.tasks.count { $0.failureCode == .cancelled }
        return counts.submitted == reference.tasks.count && queue.waitingCount == reference.waiting.count
            && queue.keptCount == reference.ended.count && counts.evicted == reference.evicted.count
            && counts.heldBytes == reference.heldBytes && counts.cancelled == cancelled
            && counts.succeeded == reference.tasks.count { $0.state == .success }
            && counts.failed + cancelled == reference.tasks.count { $0.state == .error }
    }

    private func listsAgree() -> Bool {
        let query = ListQuery(
            state: ([nil] + TaskState.allCases).randomElement(using: &generator)!,
            before: TaskID(rawValue: generator.number(0..<(reference.tasks.count + 3))),
            limit: generator.number(1..<12))
        let (ids, next) = reference.list(query)
        let page = queue.list(query)
        return page.ids == ids && page.next == next
    }
}

extension ReferenceQueue.Task {
    fileprivate var failureCode: TaskFailure.Code? {
        if case .failure(let failure) = outcome { failure.code } else { nil }
    }
}

struct SerialQueueModelTests {
    /// `ModelRun` says how to run more sequences, or one again.
    @Test func theQueueAgreesWithTheReference() {
        ModelRun.sequences(2000, of: "the queue") { seed in
            let comparison = Comparison(seed: seed)
            if comparison.run() { return true }
            Issue.record("UV_TASK_MODEL_SEED=\(seed): \(comparison.steps.joined(separator: ", "))")
            return false
        }
    }
}
