import QueueModel
import TaskCore
import Testing

@testable import TaskQueue

/// The rules of the queue, as examples. `SerialQueueModelTests` compares it with a reference, in all states.
struct SerialQueueTests {
    @Test func aTaskWaitsRunsAndSucceeds() throws {
        let test = TestQueue()
        let connection = ConnectionID(rawValue: 7)
        #expect(try test.submit("data", type: 3, connection: connection) == 1)
        #expect(test.states(1) == [.waiting] && test.queue[1]?.connection == connection)
        test.now = 20
        let start = Effects.Start(id: 1, type: TaskTypeIndex(rawValue: 3), data: "data")
        #expect(test.queue.start(at: test.now)?.started == start && test.states(1) == [.execute])
        test.now = 30
        #expect(test.finish("result").ended == [1])
        let record = try #require(test.queue[1])
        #expect(record.state == .success && record.result == "result" && record.connection == .none)
        #expect([record.submittedAt, record.times.startedAt, record.times.finishedAt] == [10, 20, 30])
    }

    @Test func planningChangesNothing() throws {
        let test = TestQueue(Limits(keptResults: 1))
        try test.submit("1")
        test.run()
        try test.submit("2")
        let counts = test.queue.counts
        _ = try test.queue.planSubmit(Submission(type: TaskTypeIndex(rawValue: 0), data: "3"), at: 20)
        _ = try test.queue.planRejected(TaskFailure(.unknownTaskName, ""), at: 20)
        _ = test.queue.planStart(at: 20)
        _ = test.queue.planCancel(2, at: 20)
        #expect(test.queue.counts == counts && test.states(1, 2, 3) == [.success, .waiting, nil])
    }

    @Test func oneTaskRunsAtATimeInTheOrderOfSubmission() throws {
        let test = TestQueue()
        for _ in 1...3 { try test.submit() }
        for id in [1, 2, 3] as [TaskID] {
            #expect(test.start() == id && test.start() == nil)
            test.finish()
        }
        #expect(test.start() == nil)
    }

    @Test func aCancelledTaskNeverStartsAndOthersMoveUp() throws {
        let test = TestQueue()
        for _ in 1...4 { try test.submit() }
        test.start()
        #expect(test.cancel(2)?.ended == [2])
        #expect(test.cancel(2) == nil)
        #expect(test.queue[2]?.failure == .cancelledBeforeStart)
        #expect([1, 3, 4].map { test.position($0) } == [0, 1, 2])
        test.finish()
        #expect(test.start() == 3)
        #expect(test.queue.counts.cancelled == 1)
    }

    @Test func cancellingTheRunningTaskInterruptsIt() throws {
        let test = TestQueue()
        try test.submit()
        test.start()
        let effects = try #require(test.cancel(1))
        #expect(effects.interrupt && effects.ended.isEmpty && test.states(1) == [.execute])
        test.fail(.cancelledWhileRunning)
        #expect(test.states(1) == [.error] && test.queue.counts.cancelled == 1 && test.queue.counts.failed == 0)
    }

    @Test func aDrainEndsWhatWaitsAndRefusesWhatComes() throws {
        let test = TestQueue()
        for _ in 1...3 { try test.submit() }
        test.start()
        #expect(test.drain().ended == [2, 3])
        #expect(test.states(1, 2, 3) == [.execute, .error, .error] && test.queue.isDraining)
        #expect(test.queue[3]?.failure == .shutDownBeforeStart)
        #expect(throws: Refusal.draining) { try test.submit("late") }
        #expect(throws: Refusal.draining) { try test.reject() }
        #expect(test.finish("kept").ended == [1])
        #expect(test.queue[1]?.result == "kept" && test.start() == nil)
        #expect(test.drain().ended == [])
    }

    // MARK: Keys

    @Test func aKeyStandsForItsTaskWhateverItsState() throws {
        let test = TestQueue()
        func again() throws -> TaskID { try test.submit("data", type: 2, key: "k") }
        #expect(try again() == 1)
        #expect(try again() == 1)
        test.start()
        #expect(try again() == 1)
        test.finish()
        #expect(try again() == 1)
        test.drain()
        #expect(try again() == 1)
        #expect(throws: Refusal.draining) { try test.submit("data", key: "new") }
        #expect(test.queue.counts.submitted == 1)
    }

    @Test func keysAndDataAreComparedByteForByte() throws {
        let test = TestQueue()
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        #expect(try test.submit(key: composed) == 1)
        #expect(try test.submit(key: decomposed) == 2)
        #expect(try test.submit(composed, key: "k") == 3)
        #expect(throws: Refusal.keyConflict(with: 3)) { try test.submit(decomposed, key: "k") }
    }

    // MARK: Estimates

    @Test func theRemainingTimeIsThatOfAllTasksAhead() throws {
        let test = TestQueue(durations: [7, 50])
        for type in [0, 0, 1, 0] as [UInt16] { try test.submit(type: type) }
        #expect(test.remainingTimes(1, 2, 3, 4) == [7, 14, 64, 71])
        test.start()
        test.now = 15
        #expect(test.remainingTimes(1, 2, 3, 4) == [2, 9, 59, 66])
        test.now = 100
        #expect(test.remainingTimes(1, 2) == [0, 7])
        #expect(test.queue.remainingTimeOfRunning(at: test.now) == 0)
        test.finish()
        #expect(test.remainingTimes(1, 2) == [nil, 7] && test.position(1) == nil)
    }

    @Test func aSumOfTimesIsClamped() throws {
        let test = TestQueue(durations: [.max])
        for _ in 1...3 { try test.submit() }
        #expect(test.remainingTimes(1, 2, 3) == [.max, .max, .max])
    }

    // MARK: Lists

    @Test func aListLooksAtABoundedNumberOfRecords() throws {
        let test = TestQueue()
        for _ in 1...25_000 { try test.submit() }
        test.start()
        var query = ListQuery(state: .execute)
        var pages: [SerialQueue.Page] = []
        repeat {
            pages.append(test.queue.list(query))
            query.before = pages.last?.next
        } while query.before != nil
        #expect(pages.map(\.ids) == [[], [], [1]])
        #expect(pages.map(\.next) == [15_001, 5001, nil])
    }

    @Test func aRecordHas48Bytes() {
        #expect(MemoryLayout<TaskRecord?>.stride <= 48)
    }
}
