import CLibuv

/// Calls back on the loop's thread when a signal arrives (`uv_signal_t`).
@safe package final class SignalHandle: ActionHandle {
    /// Creates and starts the handle.
    package init(_ signal: Signal, on loop: EventLoop, _ onSignal: @escaping () -> Void) throws(UVError) {
        try super.init(on: loop, "uv_signal_init") { uv_signal_init(loop.raw, $0) }
        action = onSignal
        try onFailure(close) { () throws(UVError) in
            try check("uv_signal_start", uv_signal_start(pointer(), signalDidArrive, signal.number))
        }
    }
}

private func signalDidArrive(_ handle: UnsafeMutablePointer<uv_signal_t>?, _ number: Int32) {
    SignalHandle.of(handle!).action?()
}
