import DequeModule
import Libuv
import TaskQueue
import Wire

/// The requests of one session that wait for a task's end, and those whose answer waits for the client to take earlier
/// ones: answers are made when they can go out, so that a slow reader piles up nothing.
final class SessionWaits {
    /// What one of them takes in memory, roughly, with its timer and its places in the queue's books.
    static let bytesPerWait = 512

    enum Question {
        case status
        case result
    }

    /// A request that is to be answered when its task has ended, or its time is over.
    struct Wait {
        let sequence: Int
        let task: TaskID
        let question: Question
        var timedOut = false
    }

    private var waiting: [UInt64: (wait: Wait, timer: Timer?)] = [:]
    /// With what became of their tasks, as far as these may be forgotten meanwhile.
    private var ended: Deque<(wait: Wait, task: TaskRecord?)> = []
    /// The bytes of these tasks, each counted as often as it stands there.
    private var endedBytes = 0

    var isEmpty: Bool { waiting.isEmpty && ended.isEmpty }
    /// How many are not answered.
    var count: Int { waiting.count + ended.count }

    /// The memory that they take, and that of results which may have been forgotten by the queue.
    var heldBytes: Int { count * Self.bytesPerWait + endedBytes }

    /// - Parameters:
    ///   - number: under which its end will be told.
    ///   - timeout: in milliseconds; nil for none.
    ///   - onTimeout: called once, unless the wait ends before.
    func add(
        _ wait: Wait, _ number: UInt64, timeout: Int?, on loop: EventLoop, onTimeout: @escaping () -> Void
    ) throws(UVError) {
        var timer: Timer?
        if let timeout {
            timer = try Timer(on: loop)
            // On the clock as it is: the loop's may be behind where much came in.
            let behind = loop.preciseNow - loop.now
            timer?.start(after: UInt64(timeout) + behind, onTimeout)
        }
        waiting[number] = (wait, timer)
    }

    /// The task has ended.
    ///
    /// - Parameter task: what became of it; nil where it can still be asked for when the answer goes out.
    func end(_ number: UInt64, _ task: TaskRecord?) { takeOut(number, task, timedOut: false) }

    /// The time is over.
    func timeOut(_ number: UInt64) { takeOut(number, nil, timedOut: true) }

    private func takeOut(_ number: UInt64, _ task: TaskRecord?, timedOut: Bool) {
        guard var entry = waiting.removeValue(forKey: number) else { return }
        entry.timer?.close()
        entry.wait.timedOut = timedOut
        ended.append((entry.wait, task))
        endedBytes += task?.heldBytes ?? 0
    }

    /// Takes out the next request that can be answered.
    func nextEnded() -> (wait: Wait, task: TaskRecord?)? {
        guard let next = ended.popFirst() else { return nil }
        endedBytes -= next.task?.heldBytes ?? 0
        return next
    }

    /// Forgets everything.
    ///
    /// - Parameter forget: called with the number of each request that still waited.
    func removeAll(_ forget: (UInt64) -> Void) {
        for (number, entry) in waiting {
            entry.timer?.close()
            forget(number)
        }
        waiting = [:]
        ended = []
        endedBytes = 0
    }
}
