import CLibuv

/// A flag that one thread raises and another waits on: what makes running work stoppable, since
/// `uv_cancel` cannot (it answers `UV_EBUSY`).
///
/// `@unchecked Sendable`: its state is read and written under its own mutex only.
@safe package final class Interruption: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<uv_mutex_t>
    private let condition: UnsafeMutablePointer<uv_cond_t>
    private var isRaised = false

    /// `uv_mutex_init`, `uv_cond_init`; they fail only where memory is out, which ends the process.
    package init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        guard uv_mutex_init(mutex) == 0, uv_cond_init(condition) == 0 else { fatalError("out of memory") }
    }

    deinit {
        uv_cond_destroy(condition)
        uv_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Raises the flag, for good, and wakes whoever waits.
    package func interrupt() {
        uv_mutex_lock(mutex)
        isRaised = true
        uv_cond_broadcast(condition)
        uv_mutex_unlock(mutex)
    }

    /// Waits on the clock that never goes back (`uv_cond_timedwait`, `uv_hrtime`).
    ///
    /// - Returns: true after the whole time; false as soon as the flag is raised, or where it already is.
    package func wait(_ duration: Duration) -> Bool {
        let deadline = uv_hrtime().addingClamped(duration.clampedNanoseconds)
        uv_mutex_lock(mutex)
        defer { uv_mutex_unlock(mutex) }
        while !isRaised {
            let now = uv_hrtime()
            if now >= deadline { return true }
            // A wake-up without a cause is allowed, hence the loop.
            _ = uv_cond_timedwait(condition, mutex, deadline - now)
        }
        return false
    }
}

extension Duration {
    /// The duration in nanoseconds; 0 where it is negative, some 292 years where it is longer.
    fileprivate var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let most = UInt64(Int64.max)
        return overflow || whole > most ? most : min(whole + UInt64(attoseconds / 1_000_000_000), most)
    }
}

extension UInt64 {
    fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
