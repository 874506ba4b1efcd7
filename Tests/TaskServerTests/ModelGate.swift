import Foundation
import TaskCore

/// Holds the functions of the model's tasks until the test releases them.
///
/// `@unchecked Sendable`: the state is read and written under the lock of the condition only.
final class ModelGate: @unchecked Sendable {
    private let condition = NSCondition()
    /// The number of functions that were called, and of those that may return.
    private var entered = 0
    private var released = 0

    /// Releases the function that was called.
    func open() { release(upTo: { entered }) }

    /// Releases all functions, also those that are called later.
    func remove() { release(upTo: { .max }) }

    private func release(upTo count: () -> Int) {
        condition.lock()
        released = count()
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until this number of functions was called since the start, for at most half a minute.
    ///
    /// - Returns: whether exactly so many were called.
    func wait(forEntries count: Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let deadline = Date().addingTimeInterval(30)
        while entered < count { guard condition.wait(until: deadline) else { break } }
        return entered == count
    }

    private func pass() {
        condition.lock()
        defer { condition.unlock() }
        entered += 1
        let place = entered
        condition.broadcast()
        while released < place { condition.wait() }
    }

    private struct Broken: Error {}

    /// The task types of the model.
    var types: [TaskType] {
        ModelType.allCases.map { type in
            TaskType(name: type.rawValue, delay: type == .long ? .seconds(3600) : .zero) { [self] data in
                pass()
                switch type {
                case .gate, .long: return data
                case .twice: return data + data
                case .broken: throw Broken()
                }
            }
        }
    }
}
