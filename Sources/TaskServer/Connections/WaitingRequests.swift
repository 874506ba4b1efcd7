import DequeModule
import Libuv
import TaskCore
import TaskQueue

/// The subject of a request about a task.
enum Question: Hashable {
    case status
    case result
    /// The log from an offset on.
    case log(offset: Int)

    var isAboutLog: Bool { if case .log = self { true } else { false } }
}

/// A request that is answered when its task has ended, its log has grown, or its timeout has passed.
struct WaitingRequest {
    /// nil for a legacy `status`.
    let sequence: Int?
    let task: TaskID
    let question: Question
    var timedOut = false
}

/// A task that has ended, with its log. The queue may evict it before a slow client takes the reply.
struct EndedTask {
    let record: TaskRecord
    let log: TaskLog
}

/// Why a wait ended.
enum WaitOutcome {
    /// The task has ended; nil if the queue cannot evict it any more.
    case taskEnded(EndedTask?)
    case logGrew
    case timedOut
}

/// The waiting requests of one connection, and the requests whose wait has ended but whose reply is not written yet. Replies
/// are written when the client takes them, so that a slow client accumulates none.
struct WaitingRequests {
    /// The approximate memory of a waiting request with its timer and its entries in the waiter lists.
    private static let bytesPerRequest = 512

    private struct Ended {
        let request: WaitingRequest
        let task: EndedTask?
        /// The memory of `task`. Of consecutive requests for one task only the first one counts it.
        var bytes: Int

        var isLegacy: Bool { request.sequence == nil }

        func sharesTask(with other: Ended) -> Bool {
            request.task == other.request.task && task != nil && other.task != nil && !isLegacy && !other.isLegacy
        }
    }

    private var waiting: [Int: (request: WaitingRequest, timer: Timer?)] = [:]
    private var ended: Deque<Ended> = []
    private var endedBytes = 0

    var isEmpty: Bool { waiting.isEmpty && ended.isEmpty }

    /// The number of requests that there is memory for.
    var capacity: Int { waiting.capacity }

    /// The number of unanswered requests.
    var count: Int { waiting.count + ended.count }

    /// The memory in use, including ended tasks that the queue may have evicted.
    var heldBytes: Int { count * Self.bytesPerRequest + endedBytes }

    /// - Parameters:
    ///   - number: identifies the request in `end`.
    ///   - timeout: in milliseconds; nil for none.
    ///   - onTimeout: called once unless the wait ends before.
    mutating func add(
        _ request: WaitingRequest, _ number: Int, timeout: Int?, on loop: EventLoop,
        onTimeout: @escaping () -> Void
    ) throws(UVError) {
        var timer: Timer?
        if let timeout {
            timer = try Timer(on: loop)
            // The loop's clock stands still during an iteration. The timeout counts from the true time.
            let delay = UInt64(timeout) + (loop.preciseNow - loop.now)
            timer?.start(after: delay, onTimeout)
        }
        waiting[number] = (request, timer)
    }

    /// Ends the wait of a request; `nextEnded` returns it.
    mutating func end(_ number: Int, _ outcome: WaitOutcome) {
        guard let entry = waiting.removeValue(forKey: number) else { return }
        entry.timer?.close()
        var request = entry.request
        var task: EndedTask?
        switch outcome {
        case .taskEnded(let known): task = known
        case .logGrew: break
        case .timedOut: request.timedOut = true
        }
        var next = Ended(request: request, task: task, bytes: 0)
        if ended.last?.sharesTask(with: next) != true {
            next.bytes = task.map { $0.record.heldBytes + $0.log.count } ?? 0
        }
        endedBytes += next.bytes
        // Further requests of the connection wait for the reply to a legacy status.
        if next.isLegacy { ended.prepend(next) } else { ended.append(next) }
    }

    /// Removes and returns the next request to answer.
    mutating func nextEnded() -> (request: WaitingRequest, task: EndedTask?)? {
        guard let next = ended.popFirst() else { return nil }
        if ended.first?.sharesTask(with: next) == true {
            ended[0].bytes = next.bytes
        } else {
            endedBytes -= next.bytes
        }
        // Collections keep the capacity of their largest size; a connection may be open for years.
        if isEmpty, capacity > 64 { self = WaitingRequests() }
        return (next.request, next.task)
    }

    /// Removes all requests.
    ///
    /// - Parameter body: called with the number of each request that still waits, and the request.
    mutating func removeAll(_ body: (Int, WaitingRequest) -> Void) {
        for (number, entry) in waiting {
            entry.timer?.close()
            body(number, entry.request)
        }
        self = WaitingRequests()
    }
}
