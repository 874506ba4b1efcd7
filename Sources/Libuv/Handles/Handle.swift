import CLibuv

/// The base class of all handles. A handle is retained once after its init call succeeded, and released in its close callback,
/// where its memory is freed.
@safe package class Handle {
    package let loop: EventLoop

    /// The C handle. It must not be used once `isClosing`.
    fileprivate let raw: UnsafeMutableRawPointer

    private final var wasClosed = false

    /// Once this is true, the handle calls nothing back, and its methods do nothing or throw.
    package final var isClosing: Bool { wasClosed }

    /// - Parameters:
    ///   - call: the name of the init call.
    ///   - initialise: makes the init call on the new memory.
    init<Raw>(
        on loop: EventLoop, _ call: String, _ initialise: (UnsafeMutablePointer<Raw>) -> Int32
    ) throws(UVError) {
        let memory = UnsafeMutablePointer<Raw>.allocate(capacity: 1)
        try onFailure(memory.deallocate) { () throws(UVError) in try check(call, initialise(memory)) }
        self.loop = loop
        raw = UnsafeMutableRawPointer(memory)
        loop.liveHandles += 1
        uv_handle_set_data(pointer(), Unmanaged.passRetained(self).toOpaque())
    }

    /// The C handle as its own type, or as one that it derives from.
    final func pointer<Raw>() -> UnsafeMutablePointer<Raw> { raw.assumingMemoryBound(to: Raw.self) }

    /// The file descriptor (`uv_fileno`). Nil if there is none yet, or if the handle is closed.
    package final var descriptor: Int32? {
        var descriptor: Int32 = -1
        guard !isClosing, uv_fileno(pointer(), &descriptor) == 0 else { return nil }
        return descriptor
    }

    /// Closes the handle (`uv_close`). Further calls do nothing.
    package final func close() {
        guard !wasClosed else { return }
        wasClosed = true
        willClose()
        uv_close(pointer(), handleDidClose)
    }

    /// Releases callbacks and delegates, which breaks reference cycles. `close` calls it once.
    func willClose() {}

    /// The object of a C handle that is not closed.
    static func of(_ handle: UnsafeMutableRawPointer) -> Self {
        let data = uv_handle_get_data(handle.assumingMemoryBound(to: uv_handle_t.self))
        return unsafeDowncast(Unmanaged<Handle>.fromOpaque(data!).takeUnretainedValue(), to: Self.self)
    }
}

/// A handle whose callback runs an action.
@safe package class ActionHandle: Handle {
    /// nil if nothing is scheduled, or if the handle is closed.
    final var action: (() -> Void)?

    override final func willClose() { action = nil }
}

private func handleDidClose(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    let closed = Unmanaged<Handle>.fromOpaque(uv_handle_get_data(handle)).takeRetainedValue()
    closed.raw.deallocate()
    closed.loop.liveHandles -= 1
}
