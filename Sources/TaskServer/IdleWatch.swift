import Libuv

/// Ends a session that has been idle for too long.
///
/// The timer is not set anew at each message: it looks, when it fires, when the last one was.
final class IdleWatch {
    private let timer: Timer
    private let timeout: UInt64
    private var lastActivity: UInt64

    /// - Parameters:
    ///   - timeout: in milliseconds.
    ///   - isBusy: whether the session waits for something that is not the client's to do, or has something to read.
    ///   - onIdle: called once.
    init(
        on loop: EventLoop, timeout: UInt64, isBusy: @escaping () -> Bool, onIdle: @escaping () -> Void
    ) throws(UVError) {
        timer = try Timer(on: loop)
        self.timeout = timeout
        lastActivity = loop.preciseNow
        watch(for: timeout, isBusy, onIdle)
    }

    /// Something happened on the connection.
    func noteActivity() { lastActivity = timer.loop.preciseNow }

    func close() { timer.close() }

    private func watch(for delay: UInt64, _ isBusy: @escaping () -> Bool, _ onIdle: @escaping () -> Void) {
        timer.start(after: delay) { [self] in
            if isBusy() { noteActivity() }
            let idle = timer.loop.preciseNow - lastActivity
            if idle >= timeout { onIdle() } else { watch(for: timeout - idle, isBusy, onIdle) }
        }
    }
}
