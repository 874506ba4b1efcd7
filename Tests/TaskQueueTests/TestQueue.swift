import QueueModel
import TaskCore

@testable import TaskQueue

/// A queue of four types, and a clock that moves only if the test says so. Each step is planned and applied at once.
final class TestQueue {
    var queue: SerialQueue
    var now: Timestamp = 10

    /// Task types with these known durations; nil if a duration is not known.
    init(durations: [Int?] = [1000, 1000, 1000, 1000], _ limits: Limits = Limits(queued: .max)) {
        queue = SerialQueue(types: durations.map { $0.map { .fixed($0) } ?? .expected(nil) }, limits: limits)
    }

    @discardableResult func submit(
        _ data: String = "", type: UInt16 = 0, key: String? = nil, connection: ConnectionID = .none
    ) throws(Refusal) -> TaskID {
        try queue.submit(
            Submission(
                type: TaskTypeIndex(rawValue: type), data: TaskData(data), key: key, connection: connection), at: now
        ).id
    }

    @discardableResult func reject() throws(Refusal) -> TaskID {
        try queue.reject(TaskFailure(.unknownTaskName, "?"), submitter: nil, at: now).id
    }

    @discardableResult func start() -> TaskID? { queue.start(at: now)?.started?.id }
    @discardableResult func finish(_ result: String = "") -> Effects { queue.finish(.success(result), at: now) }
    @discardableResult func fail(_ failure: TaskFailure) -> Effects { queue.finish(.failure(failure), at: now) }
    @discardableResult func cancel(_ id: TaskID) -> Effects? { queue.cancel(id, at: now) }
    @discardableResult func drain() -> Effects { queue.drain(at: now) }

    @discardableResult func expire(atMost: Int = 100) -> [TaskID] {
        queue.expire(atMost: atMost, at: now)?.evicted ?? []
    }

    /// Starts the next task and finishes it.
    func run(_ result: String = "") {
        start()
        finish(result)
    }

    func states(_ ids: TaskID...) -> [TaskState?] { ids.map { queue[$0]?.state } }
    func position(_ id: TaskID) -> Int? { queue.place(of: id, at: now)?.position }
    func remainingTimes(_ ids: TaskID...) -> [Int?] { ids.map { queue.place(of: $0, at: now)?.remainingTime } }

    /// All tasks that are known, oldest first.
    var kept: [TaskID] { queue.list(ListQuery(limit: 1000)).ids.reversed() }
    var heldBytes: Int { queue.counts.heldBytes }
}
