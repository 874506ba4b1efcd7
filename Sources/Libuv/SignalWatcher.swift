import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A POSIX signal that the programs care about.
package enum Signal: Sendable {
    /// SIGINT, ^C
    case interrupt
    /// SIGTERM
    case terminate
    /// SIGHUP: the terminal was closed
    case hangUp
    /// SIGWINCH: the terminal has another size now
    case windowChange
    /// SIGCHLD: a child has ended
    case childEnded
    /// SIGKILL, which ends a process whatever it does
    case kill
    /// SIGCONT, which has a stopped process go on
    case resume

    /// Those that ask a process to end.
    package static let stopping: [Signal] = [.interrupt, .terminate, .hangUp]

    /// Its number, as in the exit code 128 + number that shells know.
    package var number: Int32 {
        switch self {
        case .interrupt: SIGINT
        case .terminate: SIGTERM
        case .hangUp: SIGHUP
        case .windowChange: SIGWINCH
        case .childEnded: SIGCHLD
        case .kill: SIGKILL
        case .resume: SIGCONT
        }
    }

    /// Whether whoever started the process wants the signal to do nothing, as `nohup` does (`sigaction`).
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

    /// Keeps the signal from ending the process, whether or not it is watched: when libuv's last watcher of a signal
    /// is closed, it sets the default action again, and one that comes late would change how the process ends.
    package func keepFromDefaultAction() throws(UVError) {
        _ = try SignalWatcher(self, on: try EventLoop.keeper()) {}
    }
}

extension EventLoop {
    /// A loop that nobody runs, up to the end of the process. Made by the main thread, when it first needs one.
    fileprivate static func keeper() throws(UVError) -> EventLoop {
        if let keeperLoop { return keeperLoop }
        let loop = try EventLoop(readSize: 1)
        keeperLoop = loop
        return loop
    }
}

private nonisolated(unsafe) var keeperLoop: EventLoop?

/// Calls back on the loop's thread at each arrival of a signal (`uv_signal_t`).
@safe package final class SignalWatcher: Handle {
    package let signal: Signal
    private var onSignal: (() -> Void)?

    /// Begins to watch (`uv_signal_init`, `uv_signal_start`).
    package init(_ signal: Signal, on loop: EventLoop, _ onSignal: @escaping () -> Void) throws(UVError) {
        self.signal = signal
        try super.init(UV_SIGNAL, on: loop, "uv_signal_init") {
            uv_signal_init(loop.raw, $0.assumingMemoryBound(to: uv_signal_t.self))
        }
        self.onSignal = onSignal
        do {
            try check(
                "uv_signal_start",
                uv_signal_start(raw.assumingMemoryBound(to: uv_signal_t.self), signalDidArrive, signal.number))
        } catch {
            close()
            throw error
        }
    }

    override func willClose() { onSignal = nil }

    fileprivate func didArrive() { onSignal?() }
}

private func signalDidArrive(_ watcher: UnsafeMutablePointer<uv_signal_t>?, _ number: Int32) {
    SignalWatcher.of(watcher!).didArrive()
}

/// What a signal means, `Segmentation fault` (`strsignal`).
package func signalName(_ number: Int) -> String {
    guard let name = strsignal(Int32(clamping: number)) else { return "unknown" }
    return String(cString: name)
}
