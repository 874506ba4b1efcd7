import CLibuv

/// Watches for a descriptor to become readable (`uv_poll_t`). It is to be closed before the descriptor is.
@safe final class ReadinessWatcher: Handle {
    private var onReadable: ((UVError?) -> Void)?

    /// - Parameter descriptor: a socket that no other handle of the loop watches (`uv_poll_init_socket`).
    init(_ descriptor: Int32, on loop: EventLoop) throws(UVError) {
        try super.init(UV_POLL, on: loop, "uv_poll_init_socket") {
            uv_poll_init_socket(loop.raw, $0.assumingMemoryBound(to: uv_poll_t.self), descriptor)
        }
    }

    private var poll: UnsafeMutablePointer<uv_poll_t> { raw.assumingMemoryBound(to: uv_poll_t.self) }

    /// Calls `onReadable` in each round of the loop in which there is something to read; or with a failure, after which
    /// it is stopped (`uv_poll_start`). Started anew, it goes on with the new callback.
    func start(_ onReadable: @escaping (UVError?) -> Void) {
        guard !isClosing else { return }
        self.onReadable = onReadable
        // Answers 0 always.
        uv_poll_start(poll, Int32(UV_READABLE.rawValue), descriptorDidBecomeReady)
    }

    /// Costs nothing from here on (`uv_poll_stop`).
    func stop() {
        guard !isClosing else { return }
        onReadable = nil
        uv_poll_stop(poll)
    }

    override func willClose() { onReadable = nil }

    fileprivate func didBecomeReady(_ status: Int32) {
        do throws(UVError) {
            try check("uv_poll_start", status)
            onReadable?(nil)
        } catch {
            onReadable?(error)
        }
    }
}

private func descriptorDidBecomeReady(_ poll: UnsafeMutablePointer<uv_poll_t>?, _ status: Int32, _ events: Int32) {
    ReadinessWatcher.of(poll!).didBecomeReady(status)
}
