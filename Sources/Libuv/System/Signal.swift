import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A POSIX signal that the programs handle or send.
package struct Signal: Hashable, Sendable {
    package let number: Int32

    package static let interrupt = Signal(number: SIGINT)
    package static let terminate = Signal(number: SIGTERM)
    package static let hangUp = Signal(number: SIGHUP)
    package static let windowChange = Signal(number: SIGWINCH)
    package static let childEnded = Signal(number: SIGCHLD)
    package static let kill = Signal(number: SIGKILL)
    package static let resume = Signal(number: SIGCONT)

    /// The signals that ask a process to end.
    package static let stopping: [Signal] = [.interrupt, .terminate, .hangUp]

    /// Whether the process was started with the signal ignored, as `nohup` does (`sigaction`).
    package var isIgnored: Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        #if canImport(Glibc)
            let handler = action.__sigaction_handler.sa_handler
        #else
            let handler = action.__sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Disables the signal's default action until the process ends. Must be called on the main thread.
    ///
    /// libuv restores the default action when the last handle of a signal is closed. A late signal would then change how
    /// the process ends.
    package func disableDefaultAction() throws(UVError) {
        let loop = if let idleLoop { idleLoop } else { try EventLoop(readSize: 1) }
        idleLoop = loop
        _ = try SignalHandle(self, on: loop) {}
    }
}

/// A loop that is never run. It owns the handles of `disableDefaultAction`.
private nonisolated(unsafe) var idleLoop: EventLoop?

/// `Segmentation fault` for 11 (`strsignal`).
package func signalName(_ number: Int) -> String {
    guard let name = strsignal(Int32(clamping: number)) else { return "unknown" }
    return String(cString: name)
}
