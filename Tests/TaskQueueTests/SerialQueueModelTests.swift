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
    private var steps: [String] = []

    /// Blocks and pages are so small that many are dropped.
    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        var limits = Limits(queued: .max)
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

    /// - Returns: the steps up to the first one in which queue and reference differ; nil if there is none.
    func run() -> String? {
        for _ in 0..<generator.number(1..<120) where !step() { return steps.joined(separator: ", ") }
        return readsAgree() ? nil : steps.joined(separator: ", ")
    }

    private func step() -> Bool {
        now = now.advanced(by: generator.number(0..<5))
        switch generator.number(0..<200) {
        case 0..<60: return take(.submit(submission()))
        // Sometimes so many that no task of a block ever waits.
        case 60..<66:
            let count = generator.oneIn(4) ? generator.number(1..<40) : 1
            return (0..<count).allSatisfy { _ in take(.reject(user())) }
        case 66..<104: return take(.start)
        case 104..<134: return reference.running == nil || take(.finish(outcome()))
        case 134..<154: return reference.running == nil || take(.log(logPiece()))
        case 154..<176:
            let id = reference.kept.randomElement(using: &generator)
            return id.map { take(.cancel($0)) } ?? true
        case 176..<184: return take(.expire(atMost: generator.number(1..<4)))
        case 184..<199: return readsAgree()
        default: return !generator.oneIn(10) || take(.drain)
        }
    }

    private func take(_ step: QueueStep) -> Bool {
        steps.append("\(step)")
        return reference.take(step, at: now) == queue.take(step, at: now)
    }

    private func submission() -> Submission {
        Submission(
            type: TaskTypeIndex(rawValue: UInt16(generator.number(0..<Self.types.count))),
            data: TaskData(String(repeating: generator.oneIn(2) ? "d" : "e", count: generator.number(0..<4))),
            key: generator.oneIn(3) ? "k\(generator.number(0..<6))" : nil,
            connection: ConnectionID(rawValue: UInt64(generator.number(0..<3))), submitter: user())
    }

    private func user() -> UserID? {
        [nil, 0, 1000, UInt32.max - 1].randomElement(using: &generator)!.map(UserID.init)
    }

    private func outcome() -> Result<String, TaskFailure> {
        switch generator.number(0..<8) {
        case 0: return .failure(TaskFailure(.failed, "thrown"))
        case 1:
            var failure = TaskFailure(.exit, "a sentence")
            failure.errorOutput = String(repeating: "e", count: generator.number(0..<5))
            return .failure(failure)
        case 2: return .failure(.cancelledWhileRunning)
        default: return .success("r\(generator.number(0..<9))")
        }
    }

    /// Also within a character.
    private func logPiece() -> [UInt8] {
        let bytes = Array("aя😀".utf8)
        let start = generator.number(0..<bytes.count)
        return Array(bytes[start..<generator.number(start..<(bytes.count + 1))])
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
            && record.submitter == task.submitter && (task.state.isFinal || record.connection == task.connection)
            && queue.place(of: id, at: now) == place
            && log.part(from: offset) == task.log.part(from: offset) && log.hasEnded == task.state.isFinal
    }

    private func countsAgree() -> Bool {
        let counts = queue.counts
        return counts.submitted == reference.tasks.count && counts.succeeded == reference.succeeded
            && counts.failed == reference.failed && counts.cancelled == reference.cancelled
            && counts.evicted == reference.evicted.count && counts.heldBytes == reference.heldBytes
            && queue.waitingCount == reference.waiting.count && queue.keptCount == reference.ended.count
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

struct SerialQueueModelTests {
    @Test func theQueueAgreesWithTheReference() async {
        let failure = await ModelRun.failure(in: 300) { Comparison(seed: $0).run() }
        if let failure { Issue.record("\(failure)") }
    }
}
