import CLibuv

/// Runs an action in each loop iteration, before the loop waits for I/O (`uv_prepare_t`). Timers and idle handles run first.
@safe package final class PrepareHandle: Handle {
    fileprivate var action: (() -> Void)?

    /// Creates and starts the handle.
    package init(on loop: EventLoop, _ action: @escaping () -> Void) throws(UVError) {
        self.action = action
        try super.init(on: loop, "uv_prepare_init") { uv_prepare_init(loop.raw, $0) }
        // Fails only without a callback.
        uv_prepare_start(pointer(), loopWillWait)
    }

    override func willClose() { action = nil }
}

private func loopWillWait(_ prepare: UnsafeMutablePointer<uv_prepare_t>?) {
    PrepareHandle.of(prepare!).action?()
}
