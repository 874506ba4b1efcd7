import Libuv
import TaskCore

/// Unix time: the system's time when the server started, plus the time since then on the monotonic clock. It does not jump when
/// the system's clock is set.
struct ServerClock {
    private let loop: EventLoop
    /// In milliseconds.
    private let offset: Int

    init(_ loop: EventLoop) {
        self.loop = loop
        offset = wallClock() - Int(loop.preciseNow)
    }

    /// The time at the start of the loop iteration.
    var now: Timestamp { Timestamp(milliseconds: offset + Int(loop.now)) }
}
