import QueueModel
import TaskCore
import Testing

@testable import TaskQueue

struct QueueLimitsTests {
    // MARK: Refusals

    @Test func aFullQueueRefuses() throws {
        let test = TestQueue(Limits(queued: 2))
        try test.submit(key: "k")
        test.start()
        try test.submit()
        try test.submit()
        #expect(throws: Refusal.queueFull(limit: 2)) { try test.submit() }
        #expect(try test.submit(key: "k") == 1, "a known key adds no task")
        test.cancel(2)
        #expect(try test.submit() == 4)
        #expect(test.queue.counts.submitted == 4)
    }

    @Test func aFullMemoryRefusesAndEvictsNothing() throws {
        let test = TestQueue(Limits(memory: 10))
        try test.submit("abc")
        test.run("abc")
        try test.submit("123456")
        #expect(throws: Refusal.memoryFull(limit: 10)) { try test.submit("12345") }
        #expect(throws: Refusal.memoryFull(limit: 10)) { try test.submit("12", key: "key") }
        #expect(throws: Refusal.memoryFull(limit: 10)) { try test.submit("12345678901") }
        #expect(test.kept == [1, 2])
        #expect(try test.submit("1", key: "key") == 3)
        #expect(test.kept == [2, 3] && test.heldBytes == 10)
    }

    // MARK: Evictions

    @Test func theTaskThatEndedFirstIsEvictedFirst() throws {
        let test = TestQueue(Limits(keptResults: 2))
        for _ in 1...4 { try test.submit() }
        test.start()
        test.cancel(3)
        test.finish()
        #expect(test.kept == [1, 2, 3, 4])
        test.start()
        #expect(test.finish().evicted == [3])
        #expect(test.kept == [1, 2, 4])
        #expect(test.queue.isEvicted(3) && !test.queue.isEvicted(2) && !test.queue.isEvicted(5))
        #expect(test.queue.keptCount == 2 && test.queue.counts.evicted == 1)
        try test.reject()
        #expect(test.kept == [2, 4, 5])
    }

    @Test func aResultThatExceedsTheLimitIsKeptUntilTheNextTask() throws {
        let test = TestQueue(Limits(memory: 10))
        try test.submit("a")
        test.run("b")
        try test.submit("c")
        test.run(String(repeating: "d", count: 100))
        #expect(test.kept == [2] && test.heldBytes == 100)
        try test.submit()
        #expect(test.kept == [3])
        test.run()
        #expect(test.kept == [3] && test.heldBytes == 0)
    }

    @Test func aDrainEvictsNothing() throws {
        let test = TestQueue(Limits(memory: 10, keptResults: 1, keptTime: 0))
        try test.submit("123")
        test.start()
        for _ in 1...3 { try test.submit() }
        test.drain()
        test.finish("a longer result")
        test.now = 1000
        #expect(test.expire() == [])
        #expect(test.kept == [1, 2, 3, 4] && test.queue.nextExpiry == nil)
    }

    // MARK: Age

    @Test func tasksAreEvictedAtTheirAge() throws {
        let test = TestQueue(Limits(keptTime: 100))
        #expect(test.queue.nextExpiry == nil)
        for _ in 1...3 { try test.submit() }
        for time in [10, 20, 20] as [Timestamp] {
            test.now = time
            test.run()
        }
        #expect(test.queue.nextExpiry == 110)
        test.now = 109
        #expect(test.expire() == [])
        test.now = 120
        #expect(test.expire(atMost: 2) == [1, 2])
        #expect(test.kept == [3] && test.queue.nextExpiry == 120)
        #expect(test.expire(atMost: 2) == [3])
        #expect(test.kept.isEmpty && test.queue.nextExpiry == nil)
    }

    @Test func theLongestAgeIsNoOverflow() throws {
        let test = TestQueue(Limits(keptTime: .max))
        try test.submit()
        test.run()
        test.now = Timestamp(milliseconds: .max - 1)
        #expect(test.expire() == [] && test.kept == [1])
    }
}
