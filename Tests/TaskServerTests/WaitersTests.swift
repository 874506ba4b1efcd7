import ModelRuns
import TaskCore
import TaskQueue
import Testing

@testable import TaskServer

struct WaitersTests {
    private let task = TaskID.first
    private let connection = ConnectionID(rawValue: 1)

    @Test func waitersAreReleasedInTheirOrderAndThoseOfTheLogFirst() {
        var waiters = Waiters()
        let questions: [Question] = [.status, .log(offset: 0), .result, .log(offset: 5), .status]
        let added = questions.map { waiters.add(connection, for: task, question: $0) }
        _ = waiters.add(connection, for: task.next, question: .log(offset: 0))
        #expect(waiters.count == 6 && waiters.tasks == [task, task.next])
        #expect(waiters.releaseAll(of: task) == [1, 3, 0, 2, 4].map { added[$0] })
        #expect(waiters.count == 1 && waiters.tasks == [task.next])
        #expect(waiters.releaseAll(of: task) == [])
    }

    @Test func aLogThatGrowsReleasesItsWaitersOnly() {
        var waiters = Waiters()
        let status = waiters.add(connection, for: task, question: .status)
        let log = waiters.add(connection, for: task, question: .log(offset: 0))
        #expect(waiters.releaseLog(of: task) == [log])
        #expect(waiters.releaseLog(of: task) == [])
        #expect(waiters.releaseAll(of: task) == [status])
    }

    /// Removed in any order, so that gaps appear and are closed everywhere in the list. Removing it again changes nothing.
    @Test func aRemovedWaiterIsNotReleased() {
        var generator = SeededGenerator(seed: 1)
        for count in 0..<40 {
            var waiters = Waiters()
            var expected = (0..<40).map { _ in waiters.add(connection, for: task, question: .result) }
            for _ in 0..<count {
                let removed = expected.remove(at: Int.random(in: expected.indices, using: &generator))
                waiters.remove(removed, of: task, question: .result)
                waiters.remove(removed, of: task, question: .result)
            }
            #expect(waiters.count == expected.count)
            #expect(waiters.releaseAll(of: task) == expected)
            #expect(waiters.count == 0)
        }
    }
}
