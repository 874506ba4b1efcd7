import TaskCore
import Testing

@testable import TaskQueue

/// A queue with limits and a clock, whose tasks all have one type.
private final class Story {
    var queue: SerialQueue
    var clock: UInt64 = 0
    static let alice = ConnectionID(rawValue: 1)

    init(waiting: Int = .max, heldBytes: Int = .max, finished: Int = .max, age: UInt64? = nil) {
        queue = SerialQueue(
            typeCount: 1, limits: QueueLimits(waiting: waiting, heldBytes: heldBytes, finished: finished, age: age))
    }

    var now: Timestamp { Timestamp(milliseconds: clock) }

    @discardableResult func submit(_ data: String = "", key: String? = nil) throws -> TaskID {
        try queue.submit(TaskTypeIndex(rawValue: 0), data: TaskData(data), key: key, from: Self.alice, at: now).id
    }

    func run(_ result: String = "") {
        _ = queue.startNext(at: now)
        _ = queue.finish(.success(result), at: now)
    }

    /// The ids of those that are kept.
    var kept: [Int] { queue.list(ListQuery(limit: 1000)).ids.map(\.rawValue).sorted() }
}

struct QueueLimitsTests {
    /// As many tasks wait as may; the one that runs is not counted, and a key that is known adds none.
    @Test func aFullQueueRefuses() throws {
        let story = Story(waiting: 2)
        try story.submit(key: "k")
        _ = story.queue.startNext(at: story.now)
        try story.submit()
        try story.submit()
        #expect(throws: SerialQueue.Refusal.queueFull) { try story.submit() }
        #expect(try story.submit(key: "k") == .first)
        _ = story.queue.cancel(TaskID.first.next, at: story.now)
        #expect(try story.submit().rawValue == 4)
        #expect(story.queue.counts.submitted == 4)
    }

    /// Those that ended first are forgotten first, whatever their ids; those that have not ended never are.
    @Test func theOldestEndsAreForgotten() throws {
        let story = Story(finished: 2)
        for _ in 1...4 { try story.submit() }
        _ = story.queue.startNext(at: story.now)
        _ = story.queue.cancel(try #require(TaskID(rawValue: 3)), at: story.now)
        _ = story.queue.finish(.success("1"), at: story.now)
        #expect(story.kept == [1, 2, 3, 4])
        story.run()
        #expect(story.kept == [1, 2, 4])
        #expect(story.queue.isForgotten(try #require(TaskID(rawValue: 3))))
        #expect(!story.queue.isForgotten(try #require(TaskID(rawValue: 5))))
        #expect(story.queue.counts.kept == 2 && story.queue.counts.forgotten == 1)
        _ = try story.queue.submitFailed(TaskFailure(.unknownTaskName, ""), from: Story.alice, at: story.now)
        #expect(story.kept == [2, 4, 5])
    }

    /// What comes in has as many forgotten as it needs the room of, and no more.
    @Test func roomIsMadeForWhatComesIn() throws {
        let story = Story(heldBytes: 10)
        for _ in 1...3 {
            try story.submit("abc")
            story.run("abc")
        }
        #expect(story.queue.counts.heldBytes == 9)
        try story.submit("d")
        #expect(story.kept == [1, 2, 3, 4])
        try story.submit("efgh")
        #expect(story.kept == [3, 4, 5] && story.queue.counts.heldBytes == 8)
    }

    /// Where forgetting all would not do, nothing is forgotten.
    @Test func aFullMemoryRefusesAndForgetsNothing() throws {
        let story = Story(heldBytes: 10)
        try story.submit("abc")
        story.run("abc")
        try story.submit("123456")
        #expect(throws: SerialQueue.Refusal.memoryFull) { try story.submit("12345") }
        #expect(throws: SerialQueue.Refusal.memoryFull) { try story.submit("12", key: "key") }
        #expect(throws: SerialQueue.Refusal.memoryFull) { try story.submit("12345678901") }
        #expect(story.kept == [1, 2])
        #expect(try story.submit("1", key: "key").rawValue == 3)
        #expect(story.kept == [2, 3] && story.queue.counts.heldBytes == 10)
    }

    /// A result that is longer than its data can't be refused: it is kept, alone if need be, until the next task has ended.
    @Test func aLongResultIsKeptUntilTheNextEnd() throws {
        let story = Story(heldBytes: 10)
        try story.submit("a")
        story.run("b")
        try story.submit("c")
        story.run(String(repeating: "d", count: 100))
        #expect(story.kept == [2] && story.queue.counts.heldBytes == 100)
        try story.submit()
        #expect(story.kept == [3])
        story.run()
        #expect(story.kept == [3] && story.queue.counts.heldBytes == 0)
    }

    /// What a command has written is kept as long as its task, and counted with it; while the command runs it is not.
    @Test func aLogIsKeptWithItsTask() throws {
        let story = Story(heldBytes: 20)
        let first = try story.submit("abc")
        _ = story.queue.startNext(at: story.now)
        _ = story.queue.appendLog(Array("0123456789".utf8))
        #expect(story.queue.counts.heldBytes == 3)
        var failure = TaskFailure(.exit, "not counted")
        failure.errorOutput = "89"
        _ = story.queue.finish(.failure(failure), at: story.now)
        #expect(story.queue.counts.heldBytes == 12 && story.queue.log(of: first).part(from: 0).text == "0123456789")
        let second = try story.submit("12345678")
        #expect(story.kept == [1, 2] && story.queue.log(of: second).part(from: 0).text.isEmpty)
        try story.submit("9")
        #expect(story.kept == [2, 3] && story.queue.counts.heldBytes == 9)
        story.run("r")
        story.run("s")
        #expect(story.queue.log(of: second).count == 0, "the log of the task before is not its own")
    }

    /// A key goes with its task, and its bytes.
    @Test func aForgottenKeyIsAsGoodAsNew() throws {
        let story = Story(finished: 1)
        try story.submit("x", key: "key")
        story.run()
        #expect(story.queue.counts.heldBytes == 3)
        try story.submit("y")
        story.run()
        #expect(story.queue.counts.heldBytes == 0)
        #expect(try story.submit("z", key: "key").rawValue == 3)
    }

    /// Those that have reached their age go, so many at a time.
    @Test func theOldAreForgotten() throws {
        let story = Story(age: 100)
        #expect(story.queue.nextExpiry == nil)
        for _ in 1...3 { try story.submit() }
        for moment in [10, 20, 20] as [UInt64] {
            story.clock = moment
            story.run()
        }
        #expect(story.queue.nextExpiry?.milliseconds == 110)
        story.queue.forgetExpired(atMost: 9, at: Timestamp(milliseconds: 109))
        #expect(story.kept == [1, 2, 3])
        story.queue.forgetExpired(atMost: 2, at: Timestamp(milliseconds: 120))
        #expect(story.kept == [3] && story.queue.nextExpiry?.milliseconds == 120)
        story.queue.forgetExpired(atMost: 2, at: Timestamp(milliseconds: 120))
        #expect(story.kept.isEmpty && story.queue.nextExpiry == nil)
    }

    /// An age that is longer than the clock can tell is none.
    @Test func anAgeWithoutEnd() throws {
        let story = Story(age: .max)
        story.clock = 10
        try story.submit()
        story.run()
        story.queue.forgetExpired(atMost: 9, at: Timestamp(milliseconds: .max - 1))
        #expect(story.kept == [1])
    }

    /// In a drain nothing is forgotten: clients may still ask.
    @Test func aDrainKeepsAll() throws {
        let story = Story(heldBytes: 10, finished: 1, age: 0)
        try story.submit("123")
        _ = story.queue.startNext(at: story.now)
        for _ in 1...3 { try story.submit() }
        _ = story.queue.drain(at: story.now)
        _ = story.queue.finish(.success("a longer result"), at: story.now)
        story.queue.forgetExpired(atMost: 9, at: Timestamp(milliseconds: 1000))
        #expect(story.kept == [1, 2, 3, 4] && story.queue.nextExpiry == nil)
    }
}
