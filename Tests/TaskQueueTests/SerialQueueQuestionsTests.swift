import TaskCore
import Testing

@testable import TaskQueue

struct SerialQueueQuestionsTests {
    /// What nobody knows of one task, nobody knows of those behind it.
    @Test func anUnknownDuration() throws {
        var queue = SerialQueue(typeCount: 2)
        let now = Timestamp(milliseconds: 5)
        let ids = try [0, 0, 1, 0].map {
            try queue.submit(TaskTypeIndex(rawValue: $0), data: "", from: .none, at: now).id
        }
        func places(_ durations: [UInt64?]) -> [UInt64?] {
            ids.map { queue.place(of: $0, durations: durations, at: now)?.timeLeft }
        }
        _ = queue.startNext(at: now)
        #expect(places([7, nil]) == [7, 14, nil, nil])
        #expect(places([nil, 7]) == [nil, nil, nil, nil])
        #expect(queue.timeLeftOfRunning([nil, 7], at: now) == nil)
        _ = queue.cancel(ids[0], at: now)
        #expect(places([7, nil]) == [0, 7, nil, nil])
        #expect(places([nil, 7]) == [0, nil, nil, nil])
        _ = queue.finish(.success(""), at: now)
        #expect(queue.timeLeftOfRunning([nil, nil], at: now) == 0)
        #expect(places([.max, .max]) == [nil, .max, .max, .max], "no sum is too long")
    }
}
