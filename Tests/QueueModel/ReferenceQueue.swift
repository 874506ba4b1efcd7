package import TaskCore
package import TaskQueue

/// The rules of `SerialQueue`, written without regard to speed. Tests compare the two.
package struct ReferenceQueue: SteppedQueue {
    package struct Task {
        /// nil if the task was rejected because no type has its name.
        package let type: TaskTypeIndex?
        package let data: TaskData
        package let key: String?
        package let connection: ConnectionID
        package let submitter: UserID?
        package let submittedAt: Timestamp
        package fileprivate(set) var startedAt: Timestamp?
        package fileprivate(set) var finishedAt: Timestamp?
        package fileprivate(set) var outcome: Result<String, TaskFailure>?
        package fileprivate(set) var isInterrupted = false
        package fileprivate(set) var log: ReferenceLog

        package var state: TaskState {
            switch outcome {
            case .success: .success
            case .failure: .error
            case nil: startedAt == nil ? .waiting : .execute
            }
        }

        package var failureCode: TaskFailure.Code? {
            if case .failure(let failure) = outcome { failure.code } else { nil }
        }

        /// The data until the task ends, then its outcome and log; the key all the time.
        package var heldBytes: Int {
            let content =
                switch outcome {
                case nil: data.count
                case .success(let result): result.utf8.count + log.count
                case .failure(let failure):
                    (failure.code == .failed ? failure.message.utf8.count : 0)
                        + (failure.errorOutput?.utf8.count ?? 0) + log.count
                }
            return content + (key?.utf8.count ?? 0)
        }
    }

    package let types: [DurationEstimator.Basis]
    package let limits: Limits
    private let logCapacity: Int

    /// All tasks that were ever submitted. The first one has id 1.
    package private(set) var tasks: [Task] = []

    /// The tasks that ended and are kept, in the order of their ends.
    package private(set) var ended: [TaskID] = []
    package private(set) var evicted: Set<TaskID> = []
    package private(set) var isDraining = false

    /// The successful runs, in order.
    private var runs: [(type: TaskTypeIndex, duration: Int)] = []

    package init(types: [DurationEstimator.Basis], limits: Limits, logCapacity: Int = TaskLog.standardCapacity) {
        self.types = types
        self.limits = limits
        self.logCapacity = logCapacity
    }

    // MARK: Changes

    package mutating func submit(
        _ submission: Submission, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects?) {
        if let key = submission.key, let known = kept.first(where: { self[$0].key == key }) {
            guard self[known].type == submission.type, self[known].data == submission.data else {
                throw .keyConflict(with: known)
            }
            return (known, nil)
        }
        if isDraining { throw .draining }
        if waiting.count >= limits.queued { throw .queueFull(limit: limits.queued) }
        let task = Task(
            type: submission.type, data: submission.data, key: submission.key, connection: submission.connection,
            submitter: submission.submitter, submittedAt: now, log: ReferenceLog(capacity: logCapacity))
        let unfinished = kept.filter { !self[$0].state.isFinal }.reduce(task.heldBytes) { $0 + self[$1].heldBytes }
        if unfinished > limits.memory { throw .memoryFull(limit: limits.memory) }
        var effects = Effects()
        while heldBytes + task.heldBytes > limits.memory { evictOldest(&effects) }
        tasks.append(task)
        return (lastID, effects)
    }

    package mutating func reject(
        _ failure: TaskFailure, submitter: UserID?, at now: Timestamp
    ) throws(Refusal) -> (id: TaskID, effects: Effects) {
        if isDraining { throw .draining }
        tasks.append(
            Task(
                type: nil, data: "", key: nil, connection: .none, submitter: submitter, submittedAt: now,
                log: ReferenceLog(capacity: logCapacity)))
        var effects = Effects()
        end(lastID, .failure(failure), at: now, &effects)
        return (lastID, effects)
    }

    package mutating func start(at now: Timestamp) -> Effects? {
        guard running == nil, let next = waiting.first, let type = self[next].type else { return nil }
        self[next].startedAt = now
        var effects = Effects()
        effects.started = Effects.Start(
            id: next, type: type, data: self[next].data, submitter: self[next].submitter)
        return effects
    }

    package mutating func finish(_ outcome: Result<String, TaskFailure>, at now: Timestamp) -> Effects {
        guard let running, let type = self[running].type, let startedAt = self[running].startedAt else {
            preconditionFailure("no task runs")
        }
        if case .success = outcome { runs.append((type, now.milliseconds(since: startedAt))) }
        var effects = Effects()
        end(running, outcome, at: now, &effects)
        return effects
    }

    package mutating func cancel(_ id: TaskID, at now: Timestamp) -> Effects? {
        var effects = Effects()
        switch self[id].state {
        case .waiting: end(id, .failure(.cancelledBeforeStart), at: now, &effects)
        case .execute:
            self[id].isInterrupted = true
            effects.interrupt = true
        case .success, .error: return nil
        }
        return effects
    }

    package mutating func drain(at now: Timestamp) -> Effects {
        isDraining = true
        var effects = Effects()
        for id in waiting { end(id, .failure(.shutDownBeforeStart), at: now, &effects) }
        return effects
    }

    package mutating func expire(atMost: Int, at now: Timestamp) -> Effects? {
        var effects = Effects()
        while effects.evicted.count < atMost, let expiry = nextExpiry, expiry <= now { evictOldest(&effects) }
        return effects.evicted.isEmpty ? nil : effects
    }

    package mutating func appendLog(_ bytes: [UInt8]) -> Bool {
        guard let running else { preconditionFailure("no task runs") }
        let end = self[running].log.readableEnd
        self[running].log.bytes += bytes
        return self[running].log.readableEnd > end
    }

    private mutating func end(
        _ id: TaskID, _ outcome: Result<String, TaskFailure>, at now: Timestamp, _ effects: inout Effects
    ) {
        self[id].outcome = outcome
        self[id].finishedAt = now
        self[id].log.hasEnded = true
        ended.append(id)
        effects.ended.append(id)
        while !isDraining, ended.count > limits.keptResults || heldBytes > limits.memory, ended.count > 1 {
            evictOldest(&effects)
        }
    }

    private mutating func evictOldest(_ effects: inout Effects) {
        let id = ended.removeFirst()
        evicted.insert(id)
        effects.evicted.append(id)
    }

    // MARK: Reading

    /// A task that was submitted, evicted or not.
    package private(set) subscript(id: TaskID) -> Task {
        get { tasks[id.rawValue - 1] }
        set { tasks[id.rawValue - 1] = newValue }
    }

    package var ids: [TaskID] { tasks.indices.map { TaskID(rawValue: $0 + 1)! } }
    package var kept: [TaskID] { ids.filter { !evicted.contains($0) } }
    package var running: TaskID? { kept.first { self[$0].state == .execute } }
    package var waiting: [TaskID] { kept.filter { self[$0].state == .waiting } }
    package var heldBytes: Int { kept.reduce(0) { $0 + self[$1].heldBytes } }
    package var succeeded: Int { tasks.count { $0.state == .success } }
    package var cancelled: Int { tasks.count { $0.failureCode == .cancelled } }
    package var failed: Int { tasks.count { $0.state == .error } - cancelled }
    private var lastID: TaskID { TaskID(rawValue: tasks.count)! }

    package func isKnown(_ id: TaskID) -> Bool { id.rawValue <= tasks.count && !evicted.contains(id) }

    package var nextExpiry: Timestamp? {
        guard !isDraining, let age = limits.keptTime, let oldest = ended.first else { return nil }
        return self[oldest].finishedAt?.advanced(by: age)
    }

    /// The fixed duration, or the median of the last 15 runs: of at least three if the operator expects something.
    package func usualDuration(of type: TaskTypeIndex) -> Int? {
        switch types[Int(type.rawValue)] {
        case .fixed(let duration): return duration
        case .expected(let expected):
            let last = runs.filter { $0.type == type }.suffix(15).map(\.duration).sorted()
            guard !last.isEmpty, expected == nil || last.count >= 3 else { return expected }
            return last[(last.count - 1) / 2]
        }
    }

    /// The places of all tasks that have not ended.
    package func places(at now: Timestamp) -> [TaskID: SerialQueue.Place] {
        var places: [TaskID: SerialQueue.Place] = [:]
        var time: Int? = 0
        if let running, let type = self[running].type, let startedAt = self[running].startedAt {
            if !self[running].isInterrupted {
                time = usualDuration(of: type).map { max(0, $0 - now.milliseconds(since: startedAt)) }
            }
            places[running] = SerialQueue.Place(position: 0, remainingTime: time)
        }
        for (index, id) in waiting.enumerated() {
            let duration = self[id].type.flatMap { usualDuration(of: $0) }
            if let sum = time { time = duration.map { sum + $0 } }
            places[id] = SerialQueue.Place(position: index + 1, remainingTime: time)
        }
        return places
    }

    /// - Returns: the `before` of the next part as `next`.
    package func list(_ query: ListQuery) -> (ids: [TaskID], next: TaskID?) {
        let older = kept.reversed().filter { query.before == nil || $0 < query.before! }
        let ids = Array(older.filter { query.state == nil || self[$0].state == query.state }.prefix(query.limit))
        return (ids, ids.count == query.limit && ids.last != older.last ? ids.last : nil)
    }
}
