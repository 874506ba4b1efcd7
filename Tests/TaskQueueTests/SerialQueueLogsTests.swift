import TaskCore
import Testing

@testable import TaskQueue

struct SerialQueueLogsTests {
    private static let bob = ConnectionID(rawValue: 2)
    private let now = Timestamp(milliseconds: 5)

    private func waiter(_ number: UInt64) -> Waiter { Waiter(Self.bob, number) }

    /// Who waits for a log is told when it grows by a character, and at the task's end, before those who wait for that.
    @Test func waitersForALog() throws {
        var queue = SerialQueue(typeCount: 1)
        let ids = try (1...3).map { _ in
            try queue.submit(TaskTypeIndex(rawValue: 0), data: "", from: Self.bob, at: now).id
        }
        _ = queue.startNext(at: now)
        queue.addWaiter(waiter(1), for: ids[0])
        queue.addLogWaiter(waiter(2), for: ids[0])
        queue.addLogWaiter(waiter(3), for: ids[1])
        queue.addLogWaiter(waiter(4), for: ids[0])
        #expect(queue.waiterCount == 4)
        #expect(queue.appendLog([]) == [])
        #expect(queue.appendLog([0xD1]) == [])
        #expect(queue.appendLog([0x8F]) == [waiter(2), waiter(4)])
        #expect(queue.appendLog([10]) == [])
        queue.addLogWaiter(waiter(5), for: ids[0])
        queue.addLogWaiter(waiter(6), for: ids[0])
        queue.removeWaiter(waiter(5), for: ids[0])
        #expect(queue.finish(.success(""), at: now) == [waiter(6), waiter(1)])
        #expect(queue.log(of: ids[0]).part(from: 0).text == "я\n")
        #expect(queue.cancel(ids[1], at: now) == .ended([waiter(3)]))
        #expect(queue.log(of: ids[1]).hasEnded && !queue.log(of: ids[2]).hasEnded)
        queue.addLogWaiter(waiter(7), for: ids[2])
        #expect(queue.drain(at: now).waiters == [waiter(7)])
        #expect(queue.waiterCount == 0)
    }
}
