import CLibuv

/// A timer that fires once per start (`uv_timer_t`), on the loop's clock, which wall-clock changes do not touch.
@safe package final class Timer: Handle {
    private var onFire: (() -> Void)?

    /// `uv_timer_init`
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(UV_TIMER, on: loop, "uv_timer_init") {
            uv_timer_init(loop.raw, $0.assumingMemoryBound(to: uv_timer_t.self))
        }
    }

    /// Whether it was started, and has neither fired nor been stopped since.
    package var isRunning: Bool { onFire != nil }

    private var timer: UnsafeMutablePointer<uv_timer_t> { raw.assumingMemoryBound(to: uv_timer_t.self) }

    /// Calls `onFire` once, `milliseconds` after the loop's `now` (`uv_timer_start`). A timer that runs is set anew.
    ///
    /// Not after the time that it really is: timers that set themselves anew could then fire without end.
    package func start(after milliseconds: UInt64, _ onFire: @escaping () -> Void) {
        guard !isClosing else { return }
        self.onFire = onFire
        uv_timer_start(timer, timerDidFire, milliseconds, 0)
    }

    /// `uv_timer_stop`
    package func stop() {
        guard !isClosing else { return }
        onFire = nil
        uv_timer_stop(timer)
    }

    override func willClose() { onFire = nil }

    fileprivate func didFire() {
        let action = onFire
        onFire = nil
        action?()
    }
}

private func timerDidFire(_ timer: UnsafeMutablePointer<uv_timer_t>?) {
    Timer.of(timer!).didFire()
}
