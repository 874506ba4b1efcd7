import DequeModule
import HashTreeCollections
package import TaskCore

/// A queue that runs one task at a time, as a pure state machine: it does no I/O and reads no clock.
///
///     submit -> waiting -> execute -> success
///        |         |          `-----> error
///        |         |- cancel -------> error
///        |         `- drain --------> error
///        `- unknown task type ------> error
///
/// Each change is decided first and made second. A `plan` method returns a `Change` and alters nothing; `apply` alters the
/// queue and returns the effects. A store can write the change in between:
///
///     if let change = queue.planStart(at: now) {
///         let effects = queue.apply(change)
///         if let start = effects.started { run(start) }
///     }
///
/// Tasks run in the order of `WaitingLine`, with a finish between two starts. Ended tasks are kept until `limits` evict them,
/// in the order in which they ended.
///
/// Noncopyable, so that reads do not retain every stored collection.
package struct SerialQueue: ~Copyable {
    package let limits: Limits
    private let logCapacity: Int

    package private(set) var tasks: TaskTable
    private var line: WaitingLine
    private var current: RunningTask?
    private var estimator: DurationEstimator
    private var keys = IdempotencyKeys()

    /// The logs of ended tasks, without empty ones. A hash tree, because a dictionary moves everything when it grows.
    private var logs: TreeDictionary<TaskID, TaskLog> = [:]

    /// The ended tasks that are kept, in the order of their ends, and their part of `counts.heldBytes`.
    private var ended: Deque<TaskID> = []
    private var endedBytes = 0

    package private(set) var counts = Counts()

    /// Whether the queue refuses tasks for good.
    package private(set) var isDraining = false

    private struct RunningTask {
        let id: TaskID
        let type: TaskTypeIndex
        let startedAt: Timestamp
        var isCancelled = false
        var log: TaskLog
    }

    package struct Counts: Hashable, Sendable {
        package fileprivate(set) var submitted = 0
        package fileprivate(set) var succeeded = 0
        /// Without cancelled ones.
        package fileprivate(set) var failed = 0
        package fileprivate(set) var cancelled = 0
        package fileprivate(set) var evicted = 0
        /// Bytes of data, results, keys and logs, without the log of the running task.
        package fileprivate(set) var heldBytes = 0
    }

    package init(types: [DurationEstimator.Basis], limits: Limits = Limits()) {
        self.init(types: types, limits: limits, tasks: TaskTable(), line: WaitingLine(typeCount: types.count))
    }

    init(
        types: [DurationEstimator.Basis], limits: Limits, tasks: consuming TaskTable, line: consuming WaitingLine,
        logCapacity: Int = TaskLog.standardCapacity
    ) {
        precondition(limits.queued > 0 && limits.keptResults > 0)
        self.limits = limits
        self.tasks = tasks
        self.line = line
        self.logCapacity = logCapacity
        estimator = DurationEstimator(types)
    }

    // MARK: Planning

    /// - Throws: `Refusal` if the queue drains or is full, if the data and the key do not fit even if all ended tasks are
    ///   evicted, or if the key belongs to a task of another type or with other data.
    // Inlined into `submitAtOnce`, which is measurably faster.
    @inline(__always)
    package func planSubmit(_ submission: consuming Submission, at now: Timestamp) throws(Refusal) -> SubmitPlan {
        var bytes = submission.data.count
        if let key = submission.key {
            if let known = keys[key] {
                guard known.content == IdempotencyKeys.Content(submission.type, submission.data) else {
                    throw .keyConflict(with: known.id)
                }
                return .existing(known.id)
            }
            bytes += key.utf8.count
        }
        if isDraining { throw .draining }
        if waitingCount >= limits.queued { throw .queueFull(limit: limits.queued) }
        if counts.heldBytes - endedBytes > limits.memory - bytes { throw .memoryFull(limit: limits.memory) }
        let id = tasks.nextID
        return .new(id, .submit(id, submission, at: now, evicted: evictions(tasks: 0, bytes: bytes)))
    }

    /// Plans a legacy task of an unknown type. It gets an id, and ends at once.
    package func planRejected(
        _ failure: TaskFailure, submitter: UserID? = nil, at now: Timestamp
    ) throws(Refusal) -> Change {
        if isDraining { throw .draining }
        let evicted = evictions(tasks: 1, bytes: failure.heldBytes)
        return .reject(tasks.nextID, failure, submitter: submitter, at: now, evicted: evicted)
    }

    /// Plans the start of the next task.
    ///
    /// - Returns: nil if a task runs or none waits.
    package func planStart(at now: Timestamp) -> Change? {
        guard current == nil, let next = line.first else { return nil }
        return .start(next, at: now)
    }

    /// Plans the end of the running task.
    package func planFinish(_ outcome: Result<String, TaskFailure>, at now: Timestamp) -> Change {
        guard let current, let record = tasks[current.id] else { preconditionFailure("no task runs") }
        let bytes = outcome.heldBytes + current.log.count - record.heldBytes
        return .finish(current.id, outcome, at: now, evicted: evictions(tasks: 1, bytes: bytes))
    }

    /// Plans the cancellation of a known task.
    ///
    /// - Returns: nil if it has ended.
    package func planCancel(_ id: TaskID, at now: Timestamp) -> Change? {
        guard let record = tasks[id] else { preconditionFailure("no task \(id)") }
        switch record.state {
        case .waiting: return .cancel(id, at: now, evicted: evictions(tasks: 1, bytes: -record.heldBytes))
        case .execute: return .interrupt(id)
        case .success, .error: return nil
        }
    }

    /// Plans the eviction of tasks that have reached `limits.keptTime`.
    ///
    /// - Parameter atMost: a bound, so that the caller can do other work in between.
    /// - Returns: nil if there is none.
    package func planExpiry(atMost: Int, at now: Timestamp) -> Change? {
        let expired = ended.prefix(atMost).prefix { id in expiry(of: id).map { $0 <= now } ?? false }
        return expired.isEmpty ? nil : .expire(Array(expired))
    }

    /// The ended tasks to evict so that so many more ended tasks and bytes can be kept.
    // Inlined, with `heldBytes`: a call passes the 489 bytes of the queue by value, 2 % of a submit.
    @inline(__always)
    private func evictions(tasks addedTasks: Int, bytes addedBytes: Int) -> [TaskID] {
        var excessTasks = ended.count + addedTasks - limits.keptResults
        var excessBytes = counts.heldBytes + addedBytes - limits.memory
        guard excessTasks > 0 || excessBytes > 0, !isDraining else { return [] }
        var evicted: [TaskID] = []
        for id in ended {
            guard excessTasks > 0 || excessBytes > 0 else { break }
            evicted.append(id)
            excessTasks -= 1
            excessBytes -= heldBytes(of: id)
        }
        return evicted
    }

    @inline(__always)
    private func heldBytes(of id: TaskID) -> Int {
        (tasks[id]?.heldBytes ?? 0) + keys.keyLength(of: id) + (logs[id]?.count ?? 0)
    }

    // MARK: Applying

    /// Makes a planned change. With `appendLog`, the only way to alter the queue.
    package mutating func apply(_ change: consuming Change) -> Effects {
        var effects = Effects()
        switch consume change {
        case .submit(let id, let submission, let now, let evicted):
            evict(evicted, &effects)
            add(id, submission, at: now)
        case .reject(let id, let failure, let submitter, let now, let evicted):
            evict(evicted, &effects)
            precondition(id == tasks.nextID, "outdated change")
            let progress = TaskRecord.Progress.error(failure, startedAt: nil, finishedAt: now)
            tasks.append(TaskRecord(progress: progress, type: nil, submitter: submitter, submittedAt: now))
            counts.submitted += 1
            counts.heldBytes += failure.heldBytes
            end(id, failure, &effects)
        case .start(let id, let now):
            effects.started = start(id, at: now)
        case .finish(let id, let outcome, let now, let evicted):
            evict(evicted, &effects)
            finish(id, outcome, at: now, &effects)
        case .cancel(let id, let now, let evicted):
            evict(evicted, &effects)
            line.remove(id)
            setProgress(.error(.cancelledBeforeStart, startedAt: nil, finishedAt: now), of: id)
            end(id, .cancelledBeforeStart, &effects)
        case .interrupt(let id):
            guard current?.id == id else { preconditionFailure("outdated change") }
            current?.isCancelled = true
            effects.interrupt = true
        case .drain(let now):
            drain(at: now, &effects)
        case .expire(let evicted):
            evict(evicted, &effects)
        }
        return effects
    }

    /// Plans a submit and applies it at once. Its effects are evictions, which need no action.
    ///
    /// One method, so that the caller needs one exclusive access to the queue and moves no `Change`.
    package mutating func submitAtOnce(
        _ submission: consuming Submission, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, isExisting: Bool) {
        switch try planSubmit(submission, at: now) {
        case .existing(let id): return (id, true)
        case .new(let id, let change):
            _ = apply(change)
            return (id, false)
        }
    }

    private mutating func add(_ id: TaskID, _ submission: consuming Submission, at now: Timestamp) {
        precondition(id == tasks.nextID, "outdated change")
        let type = submission.type
        counts.heldBytes += submission.data.count
        if let key = submission.key {
            keys.add(key, id, IdempotencyKeys.Content(type, submission.data))
            counts.heldBytes += key.utf8.count
        }
        let connection = submission.connection
        let submitter = submission.submitter
        // Moved out of the submission, not copied.
        let data = (consume submission).data
        let progress = TaskRecord.Progress.waiting(data: data, connection: connection)
        tasks.append(TaskRecord(progress: progress, type: type, submitter: submitter, submittedAt: now))
        line.append(id, type)
        counts.submitted += 1
    }

    private mutating func start(_ id: TaskID, at now: Timestamp) -> Effects.Start {
        guard current == nil, let record = tasks[id], let type = record.type,
            case .waiting(let data, let connection) = record.progress
        else { preconditionFailure("outdated change") }
        line.remove(id)
        setProgress(.execute(data: data, since: now, connection: connection), of: id)
        current = RunningTask(id: id, type: type, startedAt: now, log: TaskLog(capacity: logCapacity))
        return Effects.Start(id: id, type: type, data: data, submitter: record.submitter)
    }

    private mutating func finish(
        _ id: TaskID, _ outcome: Result<String, TaskFailure>, at now: Timestamp, _ effects: inout Effects
    ) {
        guard var task = current, task.id == id else { preconditionFailure("outdated change") }
        current = nil
        task.log.end()
        if task.log.count > 0 { logs[id] = task.log }
        counts.heldBytes += task.log.count
        switch outcome {
        case .success(let result):
            setProgress(.success(result: result, startedAt: task.startedAt, finishedAt: now), of: id)
            estimator.note(now.milliseconds(since: task.startedAt), of: task.type)
            end(id, nil, &effects)
        case .failure(let failure):
            setProgress(.error(failure, startedAt: task.startedAt, finishedAt: now), of: id)
            end(id, failure, &effects)
        }
    }

    private mutating func drain(at now: Timestamp, _ effects: inout Effects) {
        isDraining = true
        // One value, so that all records share one allocation.
        let progress = TaskRecord.Progress.error(.shutDownBeforeStart, startedAt: nil, finishedAt: now)
        for id in line.removeAll() {
            setProgress(progress, of: id)
            end(id, .shutDownBeforeStart, &effects)
        }
    }

    private mutating func setProgress(_ progress: consuming TaskRecord.Progress, of id: TaskID) {
        var difference = 0
        tasks.update(id) { record in
            difference -= record.heldBytes
            record.progress = progress
            difference += record.heldBytes
        }
        counts.heldBytes += difference
    }

    /// - Parameter failure: nil if the task succeeded.
    private mutating func end(_ id: TaskID, _ failure: TaskFailure?, _ effects: inout Effects) {
        switch failure?.code {
        case nil: counts.succeeded += 1
        case .cancelled: counts.cancelled += 1
        default: counts.failed += 1
        }
        ended.append(id)
        endedBytes += heldBytes(of: id)
        effects.ended.append(id)
    }

    private mutating func evict(_ evicted: [TaskID], _ effects: inout Effects) {
        guard !evicted.isEmpty else { return }
        for id in evicted {
            let oldest = ended.popFirst()
            precondition(oldest == id, "outdated change")
            let bytes = heldBytes(of: id)
            counts.heldBytes -= bytes
            endedBytes -= bytes
            counts.evicted += 1
            keys.remove(id)
            logs[id] = nil
            tasks.remove(id)
        }
        effects.evicted = evicted
    }

    /// Adds to the running task's log what its command wrote to standard error.
    ///
    /// - Returns: whether there is more to read; not if the bytes are only a part of a character.
    package mutating func appendLog(_ bytes: [UInt8]) -> Bool {
        guard let end = current?.log.readableEnd else { preconditionFailure("no task runs") }
        current?.log.append(bytes)
        return current?.log.readableEnd != end
    }

    // MARK: Reading

    package var running: TaskID? { current?.id }
    package var waitingCount: Int { line.count }
    /// The number of ended tasks that are not evicted.
    package var keptCount: Int { ended.count }

    /// nil if no task has this id, or it was evicted.
    package subscript(id: TaskID) -> TaskRecord? { tasks[id] }

    /// Whether a task had this id and was evicted.
    package func isEvicted(_ id: TaskID) -> Bool { id < tasks.nextID && tasks[id] == nil }

    /// The log of a known task. It is empty if the task has no command.
    package func log(of id: TaskID) -> TaskLog {
        if let current, current.id == id { return current.log }
        if let log = logs[id] { return log }
        var log = TaskLog()
        if tasks[id]?.state.isFinal == true { log.end() }
        return log
    }

    /// The estimated duration of a task of this type, in milliseconds; nil if it is not known.
    package func usualDuration(of type: TaskTypeIndex) -> Int? { estimator.durations[Int(type.rawValue)] }

    package struct Place: Hashable, Sendable {
        /// 0 for the running task, 1 for the next one, and so on.
        package let position: Int

        /// The estimated time until the task's end, in milliseconds; nil if the duration of a type is not known.
        package let remainingTime: Int?

        package var state: TaskState { position == 0 ? .execute : .waiting }

        package init(position: Int, remainingTime: Int?) {
            self.position = position
            self.remainingTime = remainingTime
        }
    }

    /// The place of a task in the queue; nil if it has ended. O(log n) for n waiting tasks.
    package func place(of id: TaskID, at now: Timestamp) -> Place? {
        var remainingTime = remainingTimeOfRunning(at: now)
        if id == running { return Place(position: 0, remainingTime: remainingTime) }
        guard line.contains(id) else { return nil }
        var position = 0
        line.forEachCount(through: id) { type, count in
            position += count
            if let sum = remainingTime {
                remainingTime = estimator.durations[type].map { sum.addingClamped($0, times: count) }
            }
        }
        return Place(position: position, remainingTime: remainingTime)
    }

    /// The estimated time until the running task ends, in milliseconds; 0 if none runs or it was cancelled, nil if its
    /// duration is not known.
    package func remainingTimeOfRunning(at now: Timestamp) -> Int? {
        guard let current, !current.isCancelled else { return 0 }
        guard let duration = usualDuration(of: current.type) else { return nil }
        return max(0, duration - now.milliseconds(since: current.startedAt))
    }

    /// When the task that has waited longest was submitted; nil if none waits.
    package var oldestWaiting: Timestamp? { line.first.flatMap { tasks[$0]?.submittedAt } }

    /// When `planExpiry` next has a task to evict; nil if there is no age limit, no ended task, or a drain.
    package var nextExpiry: Timestamp? { ended.first.flatMap { expiry(of: $0) } }

    private func expiry(of id: TaskID) -> Timestamp? {
        guard !isDraining, let age = limits.keptTime else { return nil }
        return tasks[id]?.times.finishedAt?.advanced(by: age)
    }

    /// A part of a list of tasks, newest first.
    package struct Page: Hashable, Sendable {
        package let ids: [TaskID]

        /// The `before` of the next part; nil if there is none.
        package let next: TaskID?

        /// The number of records that were looked at, evicted ones included.
        package let scanned: Int
    }

    /// `list` looks at about this many records at most.
    private static let maxListScan = 10_000

    /// Lists the tasks that are kept. A page may have fewer than `query.limit` tasks although there are more.
    package func list(_ query: ListQuery) -> Page {
        var ids: [TaskID] = []
        var id = min(query.before ?? tasks.nextID, tasks.nextID)
        var scanned = 0
        while let found = tasks.newest(before: id) {
            guard ids.count < query.limit, scanned < Self.maxListScan else {
                return Page(ids: ids, next: id, scanned: scanned)
            }
            id = found.id
            scanned += found.steps
            if query.state == nil || tasks[id]?.state == query.state { ids.append(id) }
        }
        return Page(ids: ids, next: nil, scanned: scanned)
    }
}

extension Result<String, TaskFailure> {
    /// The bytes that a task with this outcome holds.
    fileprivate var heldBytes: Int {
        switch self {
        case .success(let result): result.utf8.count
        case .failure(let failure): failure.heldBytes
        }
    }
}
