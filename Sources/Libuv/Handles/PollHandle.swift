import CLibuv

/// Polls a socket for readability (`uv_poll_t`). It must be closed before the socket is.
@safe final class PollHandle: Handle {
    fileprivate var onReadable: ((UVError?) -> Void)?

    /// - Parameter socket: one that no other active handle of the loop polls.
    init(_ socket: Int32, on loop: EventLoop) throws(UVError) {
        try super.init(on: loop, "uv_poll_init_socket") { uv_poll_init_socket(loop.raw, $0, socket) }
    }

    /// Calls `onReadable` in each loop iteration in which the socket is readable. If polling fails, it is called with the
    /// error and the handle is stopped.
    func start(_ onReadable: @escaping (UVError?) -> Void) {
        guard !isClosing else { return }
        self.onReadable = onReadable
        // Always returns 0 on Unix.
        uv_poll_start(pointer(), Int32(UV_READABLE.rawValue), socketDidBecomeReadable)
    }

    func stop() {
        guard !isClosing else { return }
        onReadable = nil
        uv_poll_stop(pointer())
    }

    override func willClose() { onReadable = nil }
}

private func socketDidBecomeReadable(_ poll: UnsafeMutablePointer<uv_poll_t>?, _ status: Int32, _ events: Int32) {
    PollHandle.of(poll!).onReadable?(UVError("uv_poll_start", status))
}
