import Libuv

/// A moment by which something must have happened; when it comes, the loop wakes.
final class Deadline {
    private let timer: Timer
    private let end: UInt64

    /// - Parameter milliseconds: from now.
    init(after milliseconds: UInt64, on loop: EventLoop) throws(UVError) {
        timer = try Timer(on: loop)
        timer.start(after: milliseconds) {}
        end = loop.now + milliseconds
    }

    var isOver: Bool { remaining == 0 }

    /// In milliseconds.
    var remaining: UInt64 { end - min(end, timer.loop.now) }

    func close() { timer.close() }
}
