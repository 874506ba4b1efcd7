import CLibuv

/// Calls back once, at the beginning of the loop's next round (`uv_idle_t`). Before it come the events that this round has
/// already found; between two rounds the loop looks for new ones.
///
/// A timer of no time is no substitute: set anew from its own callback it fires in the same round, without end.
@safe package final class NextRound: Handle {
    private var action: (() -> Void)?

    /// `uv_idle_init`
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(UV_IDLE, on: loop, "uv_idle_init") {
            uv_idle_init(loop.raw, $0.assumingMemoryBound(to: uv_idle_t.self))
        }
    }

    private var idle: UnsafeMutablePointer<uv_idle_t> { raw.assumingMemoryBound(to: uv_idle_t.self) }

    /// Calls `action` in the next round; of several calls in one round the last one counts (`uv_idle_start`).
    package func start(_ action: @escaping () -> Void) {
        guard !isClosing else { return }
        self.action = action
        uv_idle_start(idle, roundDidCome)
    }

    override func willClose() { action = nil }

    fileprivate func didCome() {
        uv_idle_stop(idle)
        let action = action
        self.action = nil
        action?()
    }
}

private func roundDidCome(_ idle: UnsafeMutablePointer<uv_idle_t>?) {
    NextRound.of(idle!).didCome()
}
