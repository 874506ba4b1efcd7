import ModelRuns
import QueueModel
import TaskCore
import Testing

@testable import TaskQueue

/// A table in which each task was submitted at the time of its id.
private struct Records {
    var table: TaskTable

    init(_ count: Int, pageBits: Int) {
        table = TaskTable(pageBits: pageBits)
        for _ in 0..<count { append() }
    }

    mutating func append() {
        let now = Timestamp(milliseconds: table.nextID.rawValue)
        table.append(
            TaskRecord(progress: .waiting(data: "", connection: .none), type: nil, submitter: nil, submittedAt: now))
    }

    mutating func remove(_ ids: some Sequence<Int>) { for id in ids { table.remove(TaskID(rawValue: id)!) } }

    func has(_ id: Int) -> Bool { table[TaskID(rawValue: id)!]?.submittedAt.milliseconds == id }
    func newest(before id: Int) -> Int? { table.newest(before: TaskID(rawValue: id)!)?.id.rawValue }
}

struct TaskTableTests {
    @Test(arguments: [0, 1, 3, 6]) func whatIsKeptIsFoundInWhateverOrderOthersAreRemoved(pageBits: Int) {
        var generator = SeededGenerator(seed: UInt64(pageBits))
        // Some ids of the last page are unused when it is empty.
        var records = Records(301, pageBits: pageBits)
        var kept = Set(1...301)
        for id in (1...301).shuffled(using: &generator) {
            records.remove([id])
            kept.remove(id)
            guard id.isMultiple(of: 7) else { continue }
            #expect((1...302).allSatisfy { records.has($0) == kept.contains($0) })
            let before = generator.number(1..<305)
            #expect(records.newest(before: before) == kept.filter { $0 < before }.max())
        }
        records.append()
        #expect(records.has(302) && !records.has(301))
    }

    // MARK: Memory

    @Test func aPageKeepsOneOfManyRecords() {
        var records = Records(50 * 1024, pageBits: 10)
        records.remove((1...(50 * 1024)).filter { $0 % 1024 != 17 })
        #expect(records.table.slotCount <= 4 * 50)
        #expect(stride(from: 17, through: 50 * 1024, by: 1024).allSatisfy(records.has))
        #expect(records.newest(before: 1024) == 17)
    }

    @Test func oldRecordsStayWhileOthersComeAndGo() {
        var records = Records(1, pageBits: 2)
        for id in 2...10_000 {
            records.append()
            records.remove([id])
        }
        #expect(records.table.slotCount <= 3 * 4 && records.has(1))
        #expect(records.newest(before: 10_000) == 1)
    }

    @Test func emptyPagesAreDroppedInFrontAndBetween() {
        var records = Records(400, pageBits: 2)
        records.remove(1...195)
        #expect(records.table.slotCount == 400 - 195)
        records.remove((198...400).filter { $0 % 100 != 0 })
        #expect([196, 197, 200, 300, 400].allSatisfy(records.has) && ![1, 195, 198, 399].contains(where: records.has))
        #expect([401, 400, 300, 200].map(records.newest) == [400, 300, 200, 197])
        #expect(records.newest(before: 196) == nil)
    }
}
