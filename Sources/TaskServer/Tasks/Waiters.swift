import TaskCore
import TaskQueue

/// A request that waits for a task.
struct Waiter: Equatable {
    let connection: ConnectionID

    /// Unique, and greater than that of every earlier waiter.
    let number: Int
}

/// Which requests wait for which tasks. A waiter is returned exactly once, by the call that ends its wait, unless it is
/// removed before.
struct Waiters {
    private struct Key: Hashable {
        let task: TaskID
        /// The waiters wait for the log to grow, or for the end of the task.
        let isAboutLog: Bool
    }

    private var lists: [Key: WaiterList] = [:]
    private var lastNumber = 0
    private(set) var count = 0

    /// Registers a waiter for an unfinished task.
    mutating func add(_ connection: ConnectionID, for task: TaskID, question: Question) -> Waiter {
        lastNumber += 1
        let waiter = Waiter(connection: connection, number: lastNumber)
        lists[Key(task: task, isAboutLog: question.isAboutLog), default: WaiterList()].append(waiter)
        count += 1
        return waiter
    }

    /// Removes a waiter if it still waits.
    mutating func remove(_ waiter: Waiter, of task: TaskID, question: Question) {
        let key = Key(task: task, isAboutLog: question.isAboutLog)
        guard lists[key]?.remove(waiter) == true else { return }
        count -= 1
        if lists[key]?.isEmpty == true { lists[key] = nil }
    }

    /// Removes and returns the waiters of a task that has ended, in the order of their numbers. Those of its log come first,
    /// so that clients receive the end of the log before the end of the task.
    mutating func releaseAll(of task: TaskID) -> [Waiter] {
        releaseLog(of: task) + release(Key(task: task, isAboutLog: false))
    }

    /// Removes and returns the waiters of a log that has grown.
    mutating func releaseLog(of task: TaskID) -> [Waiter] { release(Key(task: task, isAboutLog: true)) }

    /// The tasks that requests wait for, in the order of their ids.
    var tasks: [TaskID] { Set(lists.keys.map(\.task)).sorted() }

    private mutating func release(_ key: Key) -> [Waiter] {
        guard let waiters = lists.removeValue(forKey: key)?.present else { return [] }
        count -= waiters.count
        return waiters
    }
}

/// The waiters of one task, in the order of their numbers. A removed waiter leaves a gap; gaps are at most half of the list.
private struct WaiterList {
    /// A gap has no connection.
    private var waiters: [Waiter] = []
    private var gaps = 0

    var isEmpty: Bool { gaps == waiters.count }
    var present: [Waiter] { gaps == 0 ? waiters : waiters.filter { $0.connection != .none } }

    mutating func append(_ waiter: Waiter) { waiters.append(waiter) }

    /// - Returns: whether the waiter was in the list.
    mutating func remove(_ waiter: Waiter) -> Bool {
        let index = waiters.firstIndex(from: waiter.number, numberOf: \.number)
        guard index < waiters.count, waiters[index] == waiter else { return false }
        waiters[index] = Waiter(connection: .none, number: waiter.number)
        gaps += 1
        if gaps > waiters.count / 2 {
            waiters = present
            gaps = 0
        }
        return true
    }
}
