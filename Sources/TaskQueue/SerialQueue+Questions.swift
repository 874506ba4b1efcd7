package import TaskCore

/// What can be asked of the queue.
extension SerialQueue {
    /// What is known of a task; nil where no task has that id, or where it is forgotten.
    package subscript(id: TaskID) -> TaskRecord? { tasks[id] }

    /// When the task that has waited longest came in; nil where none waits.
    package var oldestWaiting: Timestamp? { counts.waiting > 0 ? tasks[firstWaiting]?.submittedAt : nil }

    /// Where a task stands, and how long it will take.
    package struct Place: Hashable, Sendable {
        /// 0 while it runs, 1 where it is next, and so on.
        package let position: Int
        /// The estimated time until it has ended, in milliseconds; nil where nobody knows how long it takes, or one ahead.
        package let timeLeft: UInt64?
    }

    /// Where a task stands in the queue; nil where it has ended.
    ///
    /// O(log n), however many tasks wait or were cancelled.
    ///
    /// - Parameter durations: how long a task of each type runs, in milliseconds; nil where that is not known.
    package func place(of id: TaskID, durations: [UInt64?], at now: Timestamp) -> Place? {
        if id == running { return Place(position: 0, timeLeft: timeLeftOfRunning(durations, at: now)) }
        guard let type = tasks.typeIfWaiting(id) else { return nil }
        var ahead = TasksAhead(timeLeft: timeLeftOfRunning(durations, at: now))
        if id.next == tasks.nextID {
            // All others are ahead of the newest.
            for (type, count) in waitingIndex.totals.enumerated() where count > 0 { ahead.pass(type, count, durations) }
        } else {
            countThose(aheadOf: id, &ahead, durations)
            ahead.pass(Int(type.rawValue), 1, durations)
        }
        return Place(position: ahead.count, timeLeft: ahead.timeLeft)
    }

    private func countThose(aheadOf id: TaskID, _ ahead: inout TasksAhead, _ durations: [UInt64?]) {
        let block = waitingIndex.block(of: id)
        waitingIndex.forEachCount(before: block) { ahead.pass($0, $1, durations) }
        var other = max(waitingIndex.firstID(of: block), firstWaiting)
        while other < id {
            if let type = tasks.typeIfWaiting(other) { ahead.pass(Int(type.rawValue), 1, durations) }
            other = other.next
        }
    }

    /// The estimated time until the running task has ended, in milliseconds; 0 where none runs, nil where it is not known.
    package func timeLeftOfRunning(_ durations: [UInt64?], at now: Timestamp) -> UInt64? {
        guard let current, !runningIsCancelled else { return 0 }
        guard let duration = durations[Int(current.type.rawValue)] else { return nil }
        return duration - min(duration, now.milliseconds - current.since.milliseconds)
    }

    /// Ids of tasks, newest first, and where to go on.
    package struct Page: Hashable, Sendable {
        package let ids: [TaskID]
        /// What to ask for as `before` next; nil where there is no more.
        package let next: TaskID?
        /// How many records were looked at.
        package let scanned: Int
    }

    /// How many records a question for a list looks at, or places of forgotten ones.
    package static let listScan = 10_000

    /// A part of the list of all tasks that are kept; it may be short though there is more.
    package func list(_ query: ListQuery) -> Page {
        var ids: [TaskID] = []
        var id = min(query.before ?? tasks.nextID, tasks.nextID)
        var scanned = 0
        while let found = tasks.newest(before: id) {
            guard ids.count < query.limit, scanned < Self.listScan else {
                return Page(ids: ids, next: id, scanned: scanned)
            }
            id = found.id
            scanned += found.steps
            if query.state == nil || tasks[id]?.state == query.state { ids.append(id) }
        }
        return Page(ids: ids, next: nil, scanned: scanned)
    }
}

/// How many tasks come before another one has ended, and how long they take together with it.
private struct TasksAhead {
    private(set) var count = 0
    /// In milliseconds; nil where it is not known.
    private(set) var timeLeft: UInt64?

    init(timeLeft: UInt64?) { self.timeLeft = timeLeft }

    /// Counts so many tasks of a type.
    mutating func pass(_ type: Int, _ count: Int, _ durations: [UInt64?]) {
        self.count += count
        timeLeft = timeLeft.flatMap { sum in
            durations[type].map { sum.addingClamped($0.multipliedClamped(by: UInt64(count))) }
        }
    }
}
