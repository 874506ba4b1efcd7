import CLibuv

/// Calls back in each round of the loop, before that waits for new events (`uv_prepare_t`); behind timers and `NextRound`s.
@safe package final class BeforeWait: Handle {
    private var action: (() -> Void)?

    /// Begins at once (`uv_prepare_init`, `uv_prepare_start`).
    package init(on loop: EventLoop, _ action: @escaping () -> Void) throws(UVError) {
        self.action = action
        try super.init(UV_PREPARE, on: loop, "uv_prepare_init") {
            uv_prepare_init(loop.raw, $0.assumingMemoryBound(to: uv_prepare_t.self))
        }
        uv_prepare_start(raw.assumingMemoryBound(to: uv_prepare_t.self), waitWillBegin)
    }

    override func willClose() { action = nil }

    fileprivate func willBegin() { action?() }
}

private func waitWillBegin(_ prepare: UnsafeMutablePointer<uv_prepare_t>?) {
    BeforeWait.of(prepare!).willBegin()
}
