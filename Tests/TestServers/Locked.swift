import Foundation

/// A value that several threads share, behind a lock that the thread sanitizer knows. It does not know `Mutex`, which uses
/// atomics in a library that is not instrumented.
///
/// `@unchecked Sendable`: the value is read and written under the lock only.
package final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    package init(_ value: Value) { self.value = value }

    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }
}
