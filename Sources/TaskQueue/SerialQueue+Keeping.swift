import DequeModule
package import TaskCore

/// What the queue keeps of tasks that have ended, and how it makes room: the one that ended first is forgotten first.
extension SerialQueue {
    /// Whether a task has had that id, and is forgotten.
    package func isForgotten(_ id: TaskID) -> Bool { id < tasks.nextID && tasks[id] == nil }

    /// When `forgetExpired` has something to do; nil while nothing has an age to reach, and in a drain.
    package var nextExpiry: Timestamp? {
        guard !isDraining, let age = limits.age, let oldest = finished.first, let end = tasks[oldest]?.finishedAt else {
            return nil
        }
        return Timestamp(milliseconds: end.milliseconds.addingClamped(age))
    }

    /// Forgets tasks that have reached their age.
    ///
    /// - Parameter most: how many at a time; there may be more.
    package mutating func forgetExpired(atMost most: Int, at now: Timestamp) {
        var left = most
        while left > 0, let expiry = nextExpiry, expiry <= now {
            forgetOldest()
            left -= 1
        }
    }

    /// Whether so many bytes can be held beside what must be kept.
    func canHold(_ bytes: Int) -> Bool { counts.heldBytes - finishedBytes <= limits.heldBytes - bytes }

    /// Forgets what stands in the way of so many bytes, which can be held.
    mutating func makeRoom(for bytes: Int) {
        while counts.heldBytes > limits.heldBytes - bytes, !finished.isEmpty { forgetOldest() }
    }

    /// A task has ended: it is kept from here on, and others perhaps no longer. In a drain all are: clients may still ask.
    mutating func keep(_ id: TaskID) {
        finished.append(id)
        counts.kept += 1
        finishedBytes += heldBytes(of: id)
        guard !isDraining else { return }
        while finished.count > limits.finished || counts.heldBytes > limits.heldBytes, finished.count > 1 {
            forgetOldest()
        }
    }

    private mutating func forgetOldest() {
        guard let id = finished.popFirst() else { return }
        let bytes = heldBytes(of: id)
        counts.heldBytes -= bytes
        finishedBytes -= bytes
        counts.kept -= 1
        counts.forgotten += 1
        keys.remove(id)
        logs.remove(id)
        tasks.remove(id)
    }

    private func heldBytes(of id: TaskID) -> Int {
        (tasks[id]?.heldBytes ?? 0) + keys.keyLength(of: id) + (logs[id]?.count ?? 0)
    }
}
