import CLibuv

/// Runs an action in each loop iteration, before the loop waits for I/O (`uv_prepare_t`). Timers and idle handles run first.
@safe package final class PrepareHandle: ActionHandle {
    /// Creates and starts the handle.
    package init(on loop: EventLoop, _ action: @escaping () -> Void) throws(UVError) {
        try super.init(on: loop, "uv_prepare_init") { uv_prepare_init(loop.raw, $0) }
        self.action = action
        // Fails only without a callback.
        uv_prepare_start(pointer(), loopWillWait)
    }
}

private func loopWillWait(_ prepare: UnsafeMutablePointer<uv_prepare_t>?) {
    PrepareHandle.of(prepare!).action?()
}
