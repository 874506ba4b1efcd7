import Libuv

/// Wakes the loop at a given time and reports when that time has passed.
final class Deadline {
    private let timer: Timer
    private let idle: IdleHandle

    /// In milliseconds on the loop's clock; nil for no deadline.
    private(set) var end: UInt64?

    /// Whether the time has passed, and everything that arrived until then was read.
    private(set) var isOver = false

    init(on loop: EventLoop) throws(UVError) {
        let timer = try Timer(on: loop)
        idle = try onFailure(timer.close) { () throws(UVError) in try IdleHandle(on: loop) }
        self.timer = timer
    }

    /// Replaces the time.
    func set(_ end: UInt64?) {
        self.end = end
        isOver = false
        guard let end else { return timer.stop() }
        timer.start(after: end - min(end, timer.loop.now)) { [unowned self] in
            // If the program was blocked, for example by a full pipe, an answer may have arrived in time and be unread. The
            // loop polls between the idle handles of one iteration and those of the next.
            idle.start { [unowned self] in
                idle.start { [unowned self] in isOver = self.end == end }
            }
        }
    }

    /// Must be called once.
    func close() {
        timer.close()
        idle.close()
    }
}
