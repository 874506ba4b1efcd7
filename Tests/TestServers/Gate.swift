import Foundation

/// Holds threads until the test lets them pass. Closed at first.
///
/// `@unchecked Sendable`: the state is read and written under the lock of the condition only.
package final class Gate: @unchecked Sendable {
    /// In waits of 20 ms: a machine that stands still spends no patience. Only a test that fails waits so long.
    private static let patience = 15_000

    private let condition = NSCondition()
    private var isOpen = false
    /// The number of threads that have come to the gate.
    private var entered = 0
    /// The number of threads that may pass.
    private var released = 0

    package init() {}

    /// Lets all threads pass.
    package func open() { change { isOpen = true } }

    /// Holds threads that come from now on. Does nothing if the gate is closed.
    package func close() {
        change {
            guard isOpen else { return }
            isOpen = false
            released = entered
        }
    }

    /// Lets the threads that have come pass, and holds later ones.
    package func release() { change { released = entered } }

    private func change(_ body: () -> Void) {
        condition.withLock {
            body()
            condition.broadcast()
        }
    }

    package func wait() {
        condition.withLock {
            entered += 1
            let place = entered
            condition.broadcast()
            precondition(wait { isOpen || released >= place }, "a gate of a test stayed closed")
        }
    }

    /// Waits until this number of threads has come since the start.
    ///
    /// - Returns: false if more have come, or fewer in five minutes.
    package func wait(forEntries count: Int) -> Bool {
        condition.withLock { wait { entered >= count } && entered == count }
    }

    private func wait(until isTrue: () -> Bool) -> Bool {
        for _ in 1...Self.patience {
            if isTrue() { return true }
            _ = condition.wait(until: Date(timeIntervalSinceNow: 0.02))
        }
        return false
    }
}
