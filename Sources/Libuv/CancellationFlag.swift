import CLibuv

/// A flag that one thread sets and another waits on. It makes running work stoppable: `uv_cancel` returns `UV_EBUSY` for
/// work that runs.
///
/// `@unchecked Sendable`: the mutex guards its state.
@safe package final class CancellationFlag: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<uv_mutex_t>
    private let condition: UnsafeMutablePointer<uv_cond_t>
    private var isCancelled = false

    /// Ends the process if there is no memory for the mutex or the condition variable.
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

    /// Sets the flag permanently and ends all waits.
    package func cancel() {
        uv_mutex_lock(mutex)
        isCancelled = true
        uv_cond_broadcast(condition)
        uv_mutex_unlock(mutex)
    }

    /// Waits on the monotonic clock (`uv_cond_timedwait`).
    ///
    /// - Returns: true after the whole duration, false if the flag is set before that.
    package func wait(_ duration: Duration) -> Bool {
        // Bounded, so that neither this sum nor that of uv_cond_timedwait overflows: 292 years.
        let deadline = uv_hrtime() + UInt64(Int64(clamping: max(0, duration.attoseconds / 1_000_000_000)))
        uv_mutex_lock(mutex)
        defer { uv_mutex_unlock(mutex) }
        while !isCancelled {
            let now = uv_hrtime()
            if now >= deadline { return true }
            // May return early without a cause, hence the loop.
            _ = uv_cond_timedwait(condition, mutex, deadline - now)
        }
        return false
    }
}
