import CLibuv

/// A one-shot timer on the loop's monotonic clock (`uv_timer_t`).
@safe package final class Timer: ActionHandle {
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(on: loop, "uv_timer_init") { uv_timer_init(loop.raw, $0) }
    }

    /// Whether the timer was started and has neither fired nor been stopped.
    package var isRunning: Bool { action != nil }

    /// Runs `action` once, `milliseconds` after the loop's `now` (`uv_timer_start`). Restarts a running timer.
    ///
    /// The delay does not count from `preciseNow`: timers that restart themselves could then fire without end in one loop
    /// iteration.
    package func start(after milliseconds: UInt64, _ action: @escaping () -> Void) {
        guard !isClosing else { return }
        self.action = action
        uv_timer_start(pointer(), timerDidFire, milliseconds, 0)
    }

    package func stop() {
        guard !isClosing else { return }
        action = nil
        uv_timer_stop(pointer())
    }
}

private func timerDidFire(_ timer: UnsafeMutablePointer<uv_timer_t>?) {
    let timer = Timer.of(timer!)
    timer.action.take()?()
    timer.loop.timerDidFire()
}
