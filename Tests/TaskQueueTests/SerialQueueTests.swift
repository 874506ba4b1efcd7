import Testing
import Wire

@testable import TaskQueue

/// A queue with a clock and short words.
private struct Story {
    var queue = SerialQueue()
    var clock: UInt64 = 0
    static let alice = ConnectionID(rawValue: 1)
    static let bob = ConnectionID(rawValue: 2)

    mutating func now() -> Timestamp {
        clock += 10
        return Timestamp(milliseconds: clock)
    }

    mutating func submit(_ data: String, from connection: ConnectionID = alice) throws -> TaskID {
        try queue.submit(TaskTypeIndex(rawValue: 3), data: data, from: connection, at: now())
    }

    mutating func start() -> SerialQueue.Start? { queue.startNext(at: now()) }
    mutating func succeed(_ result: String = "done") -> [ConnectionID] { queue.finish(.success(result), at: now()) }
    mutating func fail() -> [ConnectionID] { queue.finish(.failure(TaskFailure(.failed, "no")), at: now()) }
    func states(_ ids: TaskID...) -> [TaskState?] { ids.map { queue[$0]?.state } }
}

struct SerialQueueTests {
    /// A task waits, runs, and its result can be read again and again.
    @Test func theLifeOfATask() throws {
        var story = Story()
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
        var story = Story()
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
        var story = Story()
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
        var story = Story()
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
        var story = Story()
        let broken = try story.queue.submitFailed(
            TaskFailure(.unknownTaskName, "?"), from: Story.alice, at: story.now())
        let good = try story.submit("good")
        #expect(story.states(broken) == [.error])
        #expect(story.queue.waitingCount == 1)
        #expect(story.start()?.id == good)
    }

    /// An id that no task has.
    @Test func unknownIDs() throws {
        var story = Story()
        #expect(story.states(.first) == [nil])
        let id = try story.submit("1")
        #expect(story.states(id, id.next) == [.waiting, nil])
        #expect(try story.states(#require(TaskID(rawValue: TaskID.range.upperBound))) == [nil])
    }

    /// Those who wait are named once, by the end of their task.
    @Test func waiters() throws {
        var story = Story()
        let first = try story.submit("1", from: Story.alice)
        let second = try story.submit("2", from: Story.bob)
        _ = story.start()
        story.queue.addWaiter(Story.bob, for: second)
        story.queue.addWaiter(Story.alice, for: first)
        #expect(story.succeed() == [Story.alice])
        _ = story.start()
        #expect(story.fail() == [Story.bob])
    }

    /// Several wait for one task; one of them goes away.
    @Test func aWaiterThatGoesAway() throws {
        var story = Story()
        let id = try story.submit("1")
        for number in 1...1000 { story.queue.addWaiter(ConnectionID(rawValue: UInt64(number)), for: id) }
        story.queue.removeWaiter(ConnectionID(rawValue: 500))
        story.queue.removeWaiter(ConnectionID(rawValue: 500))
        story.queue.removeWaiter(ConnectionID(rawValue: 5000))
        _ = story.start()
        #expect(story.succeed().map(\.rawValue) == Array(1...499) + Array(501...1000))
    }

    /// A stop drops what waits, keeps what runs, and takes no more.
    @Test func drain() throws {
        var story = Story()
        let ids = try (1...3).map { try story.submit("\($0)") }
        _ = story.start()
        for (index, id) in ids.enumerated() {
            story.queue.addWaiter(ConnectionID(rawValue: UInt64(index + 7)), for: id)
        }
        let drained = story.queue.drain(at: story.now())
        #expect(drained == SerialQueue.Drained(dropped: 2, waiters: [8, 9].map(ConnectionID.init(rawValue:))))
        #expect(story.states(ids[0], ids[1], ids[2]) == [.execute, .error, .error])
        #expect(throws: SerialQueue.Refusal.draining) { try story.submit("late") }
        #expect(throws: SerialQueue.Refusal.draining) {
            try story.queue.submitFailed(TaskFailure(.unknownTaskName, "?"), from: Story.bob, at: story.now())
        }
        #expect(story.succeed("kept") == [ConnectionID(rawValue: 7)])
        #expect(story.queue[ids[0]]?.result == "kept")
        #expect(story.start() == nil)
        #expect(story.queue.drain(at: story.now()).dropped == 0)
    }

    /// A record fits 56 bytes, so that a million waiting tasks fit a small machine.
    @Test func recordsAreSmall() {
        #expect(MemoryLayout<TaskRecord>.stride <= 56)
    }
}
