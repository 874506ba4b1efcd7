import ModelRuns
import TaskCore
import Testing

@testable import TaskQueue

/// A table whose records tell their ids by when they came in.
private struct Pages {
    var table: TaskTable

    init(pageSize: Int, filledWith count: Int) {
        table = TaskTable(pageSize: pageSize)
        for number in 0..<count {
            let id = table.append(
                TaskRecord(
                    progress: .waiting(data: ""), type: nil, submitter: .none,
                    submittedAt: Timestamp(milliseconds: UInt64(number + 1))))
            precondition(id.rawValue == number + 1)
        }
    }

    func has(_ id: Int) -> Bool {
        guard let record = table[TaskID(rawValue: id)!] else { return false }
        return record.submittedAt.milliseconds == UInt64(id)
    }

    mutating func remove(_ ids: some Sequence<Int>) { for id in ids { table.remove(TaskID(rawValue: id)!) } }
    func newest(before id: Int) -> Int? { table.newest(before: TaskID(rawValue: id)!)?.id.rawValue }
}

struct TaskTableTests {
    /// A record is found by its id, changed in its place, and gone once it is taken out.
    @Test func recordsOfTasksThatAreKept() throws {
        var pages = Pages(pageSize: 4, filledWith: 10)
        #expect((1...10).allSatisfy(pages.has))
        #expect(pages.table[try #require(TaskID(rawValue: 11))] == nil)
        pages.table.change(try #require(TaskID(rawValue: 6))) {
            $0.progress = .execute(data: "x", since: $0.submittedAt)
        }
        #expect(pages.table[try #require(TaskID(rawValue: 6))]?.state == .execute)
        pages.table.remove(try #require(TaskID(rawValue: 6)))
        #expect(!pages.has(6) && pages.has(5) && pages.has(7))
        #expect(pages.table.nextID.rawValue == 11)
    }

    /// In any order that records go, those that are left are found, and the newest of them before any id.
    @Test(arguments: [1, 2, 7, 64]) func whatIsLeftIsFound(pageSize: Int) {
        var generator = SeededGenerator(seed: UInt64(pageSize))
        var pages = Pages(pageSize: pageSize, filledWith: 300)
        var kept = Set(1...300)
        for id in (1...300).shuffled(using: &generator) {
            pages.remove([id])
            kept.remove(id)
            guard id.isMultiple(of: 7) else { continue }
            #expect((1...300).allSatisfy { pages.has($0) == kept.contains($0) })
            let before = generator.number(1..<305)
            #expect(pages.newest(before: before) == kept.filter { $0 < before }.max())
        }
        #expect(pages.newest(before: 301) == nil)
    }

    /// One task of each page is kept: memory follows them, not the pages.
    @Test func memoryFollowsWhatIsKept() {
        var pages = Pages(pageSize: 1024, filledWith: 200 * 1024)
        let kept = stride(from: 17, through: 200 * 1024, by: 1024)
        pages.remove((1...(200 * 1024)).filter { $0 % 1024 != 17 })
        #expect(pages.table.slotCount <= 4 * 200)
        #expect(kept.allSatisfy(pages.has))
        #expect(pages.newest(before: 1024) == 17)
    }

    /// Whole pages go, from the front or between others, and what comes after them is found at its place.
    @Test func pagesWithoutRecordsGo() {
        var pages = Pages(pageSize: 4, filledWith: 400)
        pages.remove(1...196)
        #expect(pages.table.slotCount == 400 - 196)
        pages.remove((201...400).filter { $0 % 100 != 0 })
        #expect([197, 200, 300, 400].allSatisfy(pages.has) && ![1, 196, 201, 399].contains(where: pages.has))
        #expect([401, 400, 300, 200].map(pages.newest) == [400, 300, 200, 199])
        #expect(pages.newest(before: 197) == nil)
    }

    /// A page that still fills keeps its slots, for those that come.
    @Test func aPageThatFillsTakesMore() {
        var pages = Pages(pageSize: 8, filledWith: 5)
        pages.remove([1, 2, 3, 4, 5])
        #expect(pages.newest(before: 6) == nil)
        let record = TaskRecord(
            progress: .waiting(data: ""), type: nil, submitter: .none, submittedAt: Timestamp(milliseconds: 6))
        #expect(pages.table.append(record).rawValue == 6)
        #expect(pages.has(6) && !pages.has(5))
    }
}
