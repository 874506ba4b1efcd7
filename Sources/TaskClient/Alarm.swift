import Libuv

/// Calls back when the earliest of some deadlines has passed, once what had come in by then was read: a program that
/// was held up, by a full pipe say, must not take an answer that waits in its socket for one that never came.
final class Alarm {
    private let timer: Timer
    private let round: NextRound
    private let onRing: () -> Void
    private var end: UInt64?

    /// - Parameter onRing: called on the loop's thread; may set the next deadline.
    init(on loop: EventLoop, onRing: @escaping () -> Void) throws(UVError) {
        self.onRing = onRing
        timer = try Timer(on: loop)
        do throws(UVError) {
            round = try NextRound(on: loop)
        } catch {
            timer.close()
            throw error
        }
    }

    /// - Parameter end: on the loop's clock, in milliseconds; an earlier one that was set before stays.
    func set(_ end: UInt64) {
        if let earlier = self.end, earlier <= end { return }
        self.end = end
        let now = timer.loop.now
        timer.start(after: end - min(end, now)) { [unowned self] in
            // A round reads after its timers and before the second round's beginning.
            round.start { [unowned self] in
                round.start { [unowned self] in
                    self.end = nil
                    onRing()
                }
            }
        }
    }

    /// To be called once.
    func close() {
        timer.close()
        round.close()
    }
}
