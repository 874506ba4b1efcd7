import CLibuv

/// What every libuv handle shares: it keeps itself alive from the success of its init call until
/// libuv's close callback, where its memory goes.
@safe package class Handle {
    package let loop: EventLoop

    /// Memory of the handle's C type; not to be touched once `isClosing`.
    let raw: UnsafeMutableRawPointer

    private final var wasClosed = false

    /// Whether `close` was called. A closing handle lets go of its callbacks; calls on it do nothing, or throw.
    package final var isClosing: Bool { wasClosed }

    /// - Parameters:
    ///   - kind: the C type, for its size (`uv_handle_size`).
    ///   - call: the name of the init call.
    ///   - initialise: makes that call on the new memory.
    init(
        _ kind: uv_handle_type, on loop: EventLoop, _ call: String,
        _ initialise: (UnsafeMutableRawPointer) -> Int32
    ) throws(UVError) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: uv_handle_size(kind), alignment: MemoryLayout<UnsafeRawPointer>.alignment)
        do {
            try check(call, initialise(memory))
        } catch {
            memory.deallocate()
            throw error
        }
        self.loop = loop
        raw = memory
        loop.liveHandles += 1
        uv_handle_set_data(handle, Unmanaged.passRetained(self).toOpaque())
    }

    final var handle: UnsafeMutablePointer<uv_handle_t> { raw.assumingMemoryBound(to: uv_handle_t.self) }

    /// Closes the handle (`uv_close`). May be called again, to no effect.
    package final func close() {
        guard !wasClosed else { return }
        wasClosed = true
        willClose()
        uv_close(handle, handleDidClose)
    }

    /// Drops what the handle holds of its owners, so that no cycle is left; called once.
    func willClose() {}

    fileprivate func didClose() {
        raw.deallocate()
        loop.liveHandles -= 1
    }

    /// The Swift object of a C handle that is not closed yet.
    static func of(_ handle: UnsafeMutableRawPointer) -> Self {
        let data = uv_handle_get_data(handle.assumingMemoryBound(to: uv_handle_t.self))
        return unsafeDowncast(Unmanaged<Handle>.fromOpaque(data!).takeUnretainedValue(), to: Self.self)
    }
}

private func handleDidClose(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
    Unmanaged<Handle>.fromOpaque(uv_handle_get_data(handle)).takeRetainedValue().didClose()
}
