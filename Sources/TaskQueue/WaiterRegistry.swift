import TaskCore

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
    private var crowds: [TaskID: Crowd] = [:]

    /// How many wait.
    private(set) var count = 0

    /// Those for whom somebody waits.
    var awaitedTasks: [TaskID] { crowds.keys.sorted() }

    /// - Parameter waiter: later than all that wait for the task.
    mutating func add(_ waiter: Waiter, for id: TaskID) {
        crowds[id, default: Crowd()].add(waiter)
        count += 1
    }

    mutating func remove(_ waiter: Waiter, for id: TaskID) {
        guard crowds[id]?.remove(waiter) == true else { return }
        count -= 1
        if crowds[id]?.isEmpty == true { crowds[id] = nil }
    }

    /// Takes out all who wait for a task, in the order in which they began to.
    mutating func release(_ id: TaskID) -> [Waiter] {
        let released = crowds.removeValue(forKey: id)?.present ?? []
        count -= released.count
        return released
    }
}

/// Those who wait for one task, in the order of their numbers: nothing is to be sorted when it ends.
private struct Crowd {
    private var waiters: [Waiter] = []
    /// Those of them that have gone; no connection stands in their place.
    private var gone = 0

    var isEmpty: Bool { gone == waiters.count }
    var present: [Waiter] { gone == 0 ? waiters : waiters.filter { $0.connection != .none } }

    mutating func add(_ waiter: Waiter) {
        precondition(waiter.connection != .none && waiters.last.map { $0 < waiter } ?? true, "\(waiter) cannot wait")
        waiters.append(waiter)
    }

    /// - Returns: whether it was there.
    mutating func remove(_ waiter: Waiter) -> Bool {
        let index = waiters.partitioningIndex { $0 >= waiter }
        guard index < waiters.count, waiters[index] == waiter else { return false }
        waiters[index] = Waiter(.none, waiter.number)
        gone += 1
        if gone > waiters.count / 2 {
            waiters = present
            gone = 0
        }
        return true
    }
}
