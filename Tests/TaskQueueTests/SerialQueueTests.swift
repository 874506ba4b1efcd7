import TaskCore
import Testing

@testable import TaskQueue

/// A queue with a clock and short words.
private final class Story {
    var queue = SerialQueue(typeCount: 4)
    var clock: UInt64 = 0
    static let alice = ConnectionID(rawValue: 1)
    static let bob = ConnectionID(rawValue: 2)

    func now() -> Timestamp {
        clock += 10
        return Timestamp(milliseconds: clock)
    }

    func submit(_ data: String, from connection: ConnectionID = alice) throws -> TaskID {
        try queue.submit(TaskTypeIndex(rawValue: 3), data: TaskData(data), from: connection, at: now()).id
    }

    func start() -> SerialQueue.Start? { queue.startNext(at: now()) }
    func succeed(_ result: String = "done") -> [Waiter] { queue.finish(.success(result), at: now()) }
    func fail() -> [Waiter] { queue.finish(.failure(TaskFailure(.failed, "no")), at: now()) }
    func states(_ ids: TaskID...) -> [TaskState?] { ids.map { queue[$0]?.state } }
}

struct SerialQueueTests {
    /// A task waits, runs, and its result can be read again and again.
    @Test func theLifeOfATask() throws {
        let story = Story()
        let id = try story.submit("data")
        #expect(id == .first)
        #expect(story.states(id) == [.waiting])
        #expect(story.start() == SerialQueue.Start(id: id, type: TaskTypeIndex(rawValue: 3), data: "data"))
        #expect(story.states(id) == [.execute])
        #expect(story.queue.running == id)
        #expect(story.queue[id]?.result == nil)
        #expect(story.succeed("result") == [])
        #expect(story.states(id) == [.success])
        for _ in 1...3 { #expect(story.queue[id]?.result == "result") }
        #expect(story.queue.running == nil)
    }

    /// The moments of a task's life are those that were passed in.
    @Test func times() throws {
        let story = Story()
        let id = try story.submit("data")
        _ = story.start()
        _ = story.succeed()
        let record = try #require(story.queue[id])
        #expect(record.submittedAt.milliseconds == 10)
        guard case .success(_, let startedAt, let finishedAt) = record.progress else {
            Issue.record("\(record)")
            return
        }
        #expect([startedAt.milliseconds, finishedAt.milliseconds] == [20, 30])
    }

    /// Nothing starts while a task runs, and the next one is the one that waited longest.
    @Test func oneAtATimeInOrder() throws {
        let story = Story()
        let ids = try (1...3).map { try story.submit("\($0)") }
        for id in ids {
            #expect(story.start()?.id == id)
            #expect(story.start() == nil)
            _ = story.succeed()
        }
        #expect(story.start() == nil)
    }

    /// A task that fails keeps no result and lets the next one start.
    @Test func failure() throws {
        let story = Story()
        let first = try story.submit("1")
        let second = try story.submit("2")
        _ = story.start()
        _ = story.fail()
        #expect(story.states(first, second) == [.error, .waiting])
        #expect(story.queue[first]?.result == nil)
        #expect(story.start()?.id == second)
    }

    /// A task of an unknown type has an id and an end, and is never started.
    @Test func aTaskThatCannotRun() throws {
        let story = Story()
        let broken = try story.queue.submitFailed(
            TaskFailure(.unknownTaskName, "?"), from: Story.alice, at: story.now())
        let good = try story.submit("good")
        #expect(story.states(broken) == [.error])
        #expect(story.queue.counts.waiting == 1)
        #expect(story.start()?.id == good)
    }

    /// An id that no task has.
    @Test func unknownIDs() throws {
        let story = Story()
        #expect(story.states(.first) == [nil])
        let id = try story.submit("1")
        #expect(story.states(id, id.next) == [.waiting, nil])
        #expect(try story.states(#require(TaskID(rawValue: TaskID.range.upperBound))) == [nil])
    }

    /// Those who wait are named once, by the end of their task.
    @Test func waiters() throws {
        let story = Story()
        let first = try story.submit("1", from: Story.alice)
        let second = try story.submit("2", from: Story.bob)
        _ = story.start()
        let waiters = (1...4).map { Waiter($0 % 2 == 1 ? Story.alice : Story.bob, UInt64($0)) }
        story.queue.addWaiter(waiters[0], for: first)
        story.queue.addWaiter(waiters[1], for: second)
        story.queue.addWaiter(waiters[2], for: first)
        story.queue.addWaiter(waiters[3], for: first)
        #expect(story.queue.waiterCount == 4)
        #expect(story.succeed() == [waiters[0], waiters[2], waiters[3]])
        _ = story.start()
        #expect(story.fail() == [waiters[1]])
        #expect(story.queue.waiterCount == 0)
    }

    /// Several wait for one task; one of them goes away.
    @Test func aWaiterThatGoesAway() throws {
        let story = Story()
        let id = try story.submit("1")
        for number in 1...1000 { story.queue.addWaiter(Waiter(Story.alice, UInt64(number)), for: id) }
        story.queue.removeWaiter(Waiter(Story.alice, 500), for: id)
        story.queue.removeWaiter(Waiter(Story.alice, 500), for: id)
        story.queue.removeWaiter(Waiter(Story.alice, 5000), for: id)
        _ = story.start()
        #expect(story.succeed().map(\.number) == Array(1...499) + Array(501...1000))
    }

    /// A stop drops what waits, keeps what runs, and takes no more.
    @Test func drain() throws {
        let story = Story()
        let ids = try (1...3).map { try story.submit("\($0)") }
        _ = story.start()
        for (index, id) in ids.enumerated() {
            story.queue.addWaiter(Waiter(Story.bob, UInt64(index + 7)), for: id)
        }
        let drained = story.queue.drain(at: story.now())
        #expect(drained == SerialQueue.Drained(dropped: 2, waiters: [8, 9].map { Waiter(Story.bob, $0) }))
        #expect(story.states(ids[0], ids[1], ids[2]) == [.execute, .error, .error])
        #expect(throws: SerialQueue.Refusal.draining) { try story.submit("late") }
        #expect(throws: SerialQueue.Refusal.draining) {
            try story.queue.submitFailed(TaskFailure(.unknownTaskName, "?"), from: Story.bob, at: story.now())
        }
        #expect(story.succeed("kept") == [Waiter(Story.bob, 7)])
        #expect(story.queue[ids[0]]?.result == "kept")
        #expect(story.start() == nil)
        #expect(story.queue.drain(at: story.now()).dropped == 0)
    }

    /// A cancelled task is never started, and those behind it move up.
    @Test func cancel() throws {
        let story = Story()
        let ids = try (1...4).map { try story.submit("\($0)") }
        _ = story.start()
        story.queue.addWaiter(Waiter(Story.bob, 1), for: ids[1])
        #expect(story.queue.cancel(ids[1], at: story.now()) == .ended([Waiter(Story.bob, 1)]))
        #expect(story.queue.cancel(ids[1], at: story.now()) == .hadEnded)
        #expect(story.queue.cancel(ids[0], at: story.now()) == .isRunning)
        #expect(story.states(ids[0], ids[1], ids[2]) == [.execute, .error, .waiting])
        #expect(story.queue[ids[1]]?.failure == .cancelledWaiting)
        let place = story.queue.place(of: ids[3], durations: [0, 0, 0, 1000], at: Timestamp(milliseconds: 60))
        // Nothing is left of the one that runs: it was cancelled.
        #expect(place == SerialQueue.Place(position: 2, timeLeft: 2 * 1000))
        _ = story.succeed()
        #expect(story.start()?.id == ids[2])
        #expect(story.queue.counts.cancelled == 1)
    }

    /// A key stands for its task whatever became of it; a refused submit leaves none.
    @Test func keys() throws {
        let story = Story()
        func submit(_ data: String, _ type: UInt16, _ key: String) throws -> (id: TaskID, isExisting: Bool) {
            try story.queue.submit(
                TaskTypeIndex(rawValue: type), data: TaskData(data), key: key, from: Story.alice, at: story.now())
        }
        let first = try submit("data", 3, "k")
        #expect(first.id == .first && !first.isExisting)
        _ = story.start()
        _ = story.succeed()
        let again = try submit("data", 3, "k")
        #expect(again.id == .first && again.isExisting)
        #expect(throws: SerialQueue.Refusal.keyConflict(.first)) { try submit("other", 3, "k") }
        #expect(throws: SerialQueue.Refusal.keyConflict(.first)) { try submit("data", 2, "k") }
        // The same to a reader, and to Swift's ==, but not the same bytes.
        _ = try submit("caf\u{E9}", 3, "caf\u{E9}")
        #expect(try submit("cafe\u{301}", 3, "cafe\u{301}").isExisting == false)
        #expect(throws: SerialQueue.Refusal.self) { try submit("cafe\u{301}", 3, "caf\u{E9}") }
        _ = story.queue.drain(at: story.now())
        #expect(try submit("data", 3, "k").isExisting)
        #expect(throws: SerialQueue.Refusal.draining) { try submit("data", 3, "late") }
        #expect(throws: SerialQueue.Refusal.draining) { try submit("other", 3, "late") }
    }

    /// A question for a list looks at a bounded number of records, and says where to go on.
    @Test func listsArePaged() throws {
        let story = Story()
        for _ in 1...25_000 { _ = try story.submit("") }
        _ = story.start()
        var query = ListQuery(state: .execute)
        var pages: [SerialQueue.Page] = []
        repeat {
            pages.append(story.queue.list(query))
            query.before = pages.last?.next
        } while query.before != nil
        #expect(pages.map(\.ids.count) == [0, 0, 1])
        #expect(pages.map { $0.next?.rawValue } == [15_001, 5001, nil])
        let newest = story.queue.list(ListQuery(limit: 2))
        #expect(newest.ids.map(\.rawValue) == [25_000, 24_999] && newest.next?.rawValue == 24_999)
        let last = story.queue.list(ListQuery(before: TaskID(rawValue: 3), limit: 2))
        #expect(last.ids.map(\.rawValue) == [2, 1] && last.next == nil)
    }

    /// A record fits 56 bytes, so that a million waiting tasks fit a small machine.
    @Test func recordsAreSmall() {
        #expect(MemoryLayout<TaskRecord>.stride <= 56)
    }
}
