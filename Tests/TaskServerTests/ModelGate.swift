import Foundation
import TaskCore

/// Where the functions of tasks wait until the test lets them go on.
///
/// `@unchecked Sendable`: all is read and written under the condition's lock only.
final class ModelGate: @unchecked Sendable {
    private let condition = NSCondition()
    /// How many functions have come here, and how many may have left.
    private var entered = 0
    private var released = 0

    /// Lets the one that is here go on.
    func open() { release(upTo: { entered }) }

    /// Lets everyone pass.
    func remove() { release(upTo: { .max }) }

    private func release(upTo count: () -> Int) {
        condition.lock()
        released = count()
        condition.broadcast()
        condition.unlock()
    }

    /// Waits until so many functions have come here since the start, for half a minute at most.
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

    /// The types of the model.
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
