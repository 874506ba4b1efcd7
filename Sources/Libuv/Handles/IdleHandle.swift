import CLibuv

/// Runs an action once in the next loop iteration (`uv_idle_t`). The loop polls for I/O in between, so that other
/// events are served.
///
/// A timer of 0 ms is no substitute: restarted from its own callback, it can fire again in the same loop iteration.
@safe package final class IdleHandle: ActionHandle {
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(on: loop, "uv_idle_init") { uv_idle_init(loop.raw, $0) }
    }

    /// Replaces an action that has not run yet (`uv_idle_start`).
    package func start(_ action: @escaping () -> Void) {
        guard !isClosing else { return }
        self.action = action
        uv_idle_start(pointer(), iterationDidBegin)
    }
}

private func iterationDidBegin(_ idle: UnsafeMutablePointer<uv_idle_t>?) {
    uv_idle_stop(idle)
    IdleHandle.of(idle!).action.take()?()
}
