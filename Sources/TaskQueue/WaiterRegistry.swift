import Wire

/// A request that waits for a task's end.
package struct Waiter: Hashable, Comparable, Sendable {
    package let connection: ConnectionID

    /// Given by the server, and never again to another: later waiters have greater ones.
    package let number: UInt64

    package init(_ connection: ConnectionID, _ number: UInt64) {
        self.connection = connection
        self.number = number
    }

    package static func < (left: Waiter, right: Waiter) -> Bool { left.number < right.number }
}

/// Who waits for which task: any number of waiters a task, one task a waiter.
struct WaiterRegistry {
    private var waiters: [TaskID: Set<Waiter>] = [:]
    private var tasks: [Waiter: TaskID] = [:]

    /// How many wait.
    var count: Int { tasks.count }

    mutating func add(_ waiter: Waiter, for id: TaskID) {
        precondition(tasks.updateValue(id, forKey: waiter) == nil, "\(waiter) waits already")
        waiters[id, default: []].insert(waiter)
    }

    mutating func remove(_ waiter: Waiter) {
        guard let id = tasks.removeValue(forKey: waiter) else { return }
        waiters[id]?.remove(waiter)
        if waiters[id]?.isEmpty == true { waiters[id] = nil }
        giveBackMemory()
    }

    /// Takes out all who wait for a task, in the order in which they began to.
    mutating func release(_ id: TaskID) -> [Waiter] {
        guard let released = waiters.removeValue(forKey: id) else { return [] }
        for waiter in released { tasks[waiter] = nil }
        giveBackMemory()
        return released.sorted()
    }

    /// Dictionaries do not shrink: after a crowd they are made anew.
    private mutating func giveBackMemory() {
        guard tasks.isEmpty, tasks.capacity > 1024 else { return }
        tasks = [:]
        waiters = [:]
    }

    /// Those for whom somebody waits.
    var awaitedTasks: [TaskID] { waiters.keys.sorted() }
}
