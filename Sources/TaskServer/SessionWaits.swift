import DequeModule
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// A classic `status` that is held until its task has ended.
struct HeldStatus {
    let waiter: Waiter
    let task: TaskID
    /// How the task has ended, where it has and the answer is to be written.
    var outcome: TaskState?
}

/// The requests of one session that wait for a task's end, or for its log, and those whose answer waits for the client to take earlier
/// ones: answers are made when they can go out, so that a slow reader piles up nothing.
final class SessionWaits {
    /// What one of them takes in memory, roughly, with its timer and its places in the queue's books.
    static let bytesPerWait = 512

    enum Question: Equatable {
        case status
        case result
        /// What stands in the log from an offset on.
        case log(Int)

        var asksLog: Bool { if case .log = self { true } else { false } }
    }

    /// A request that is to be answered when its task has ended or has written to its log, or its time is over.
    struct Wait {
        let sequence: Int
        let task: TaskID
        let question: Question
        var timedOut = false
    }

    /// It is none of those with a `seq`, of which all else tells.
    var held: HeldStatus?
    private var waiting: [UInt64: (wait: Wait, timer: Timer?)] = [:]
    private var ended: Deque<Ended> = []
    private var endedBytes = 0

    /// One that can be answered.
    private struct Ended {
        let wait: Wait
        /// What became of its task, as far as that may be forgotten meanwhile.
        let task: EndedTask?
        /// What that holds; of several waits for one task in a row only the first has it.
        var bytes: Int

        func isOfSameTask(as other: Ended) -> Bool {
            wait.task == other.wait.task && task != nil && other.task != nil
        }
    }

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

    /// What was waited for has come, or the time is over.
    func end(_ number: UInt64, _ outcome: WaitOutcome) {
        guard var entry = waiting.removeValue(forKey: number) else { return }
        entry.timer?.close()
        var known: EndedTask?
        switch outcome {
        case .taskEnded(let task): known = task
        case .logGrew: break
        case .timedOut: entry.wait.timedOut = true
        }
        var next = Ended(wait: entry.wait, task: known, bytes: 0)
        if ended.last?.isOfSameTask(as: next) != true {
            next.bytes = known.map { $0.record.heldBytes + $0.log.count } ?? 0
        }
        endedBytes += next.bytes
        ended.append(next)
    }

    /// Takes out the next request that can be answered, with what became of its task where that was told.
    func nextEnded() -> (wait: Wait, task: EndedTask?)? {
        guard let next = ended.popFirst() else {
            giveBackMemory()
            return nil
        }
        if ended.first?.isOfSameTask(as: next) == true {
            ended[0].bytes = next.bytes
        } else {
            endedBytes -= next.bytes
        }
        return (next.wait, next.task)
    }

    /// Neither shrinks by itself: after many waits they are made anew.
    private func giveBackMemory() {
        guard isEmpty, waiting.capacity > 64 else { return }
        waiting = [:]
        ended = []
    }

    /// Forgets everything.
    ///
    /// - Parameter forget: called with the number of each request that still waited, and its task.
    func removeAll(_ forget: (UInt64, TaskID) -> Void) {
        for (number, entry) in waiting {
            entry.timer?.close()
            forget(number, entry.wait.task)
        }
        waiting = [:]
        ended = []
        endedBytes = 0
    }
}
