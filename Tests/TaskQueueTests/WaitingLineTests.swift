import ModelRuns
import QueueModel
import TaskCore
import Testing

@testable import TaskQueue

struct WaitingLineTests {
    private func counts(_ line: WaitingLine, through id: TaskID, types: Int) -> [Int] {
        var counts = Array(repeating: 0, count: types)
        line.forEachCount(through: id) { type, count in counts[type] += count }
        return counts
    }

    /// Random tasks come and go; some ids never wait, and sometimes nothing does.
    @Test(arguments: [0, 1, 4, 6]) func itAgreesWithAPlainArray(blockBits: Int) {
        var generator = SeededGenerator(seed: UInt64(blockBits))
        var line = WaitingLine(typeCount: 2, blockBits: blockBits, minimumToCompact: 4)
        var waiting: [(id: TaskID, type: Int)] = []
        for number in 1...8000 where !number.isMultiple(of: 3) && !(3000..<4000).contains(number) {
            let id = TaskID(rawValue: number)!
            line.append(id, TaskTypeIndex(rawValue: UInt16(number % 2)))
            waiting.append((id, number % 2))
            while waiting.count > (number > 5000 ? 1000 : 100) || number == 2999 && !waiting.isEmpty {
                let removed = waiting.remove(at: generator.oneIn(2) ? 0 : waiting.count / 2)
                line.remove(removed.id)
                #expect(!line.contains(removed.id))
            }
            #expect(line.first == waiting.first?.id && line.count == waiting.count)
            guard number.isMultiple(of: 31), let task = waiting.randomElement(using: &generator) else { continue }
            #expect(line.contains(task.id))
            let through = waiting.filter { $0.id <= task.id }
            #expect(
                counts(line, through: task.id, types: 2) == [0, 1].map { type in through.count { $0.type == type } })
        }
        #expect(line.removeAll() == waiting.map(\.id))
        #expect(line.first == nil && line.count == 0)
    }

    @Test func aTaskIsFoundBehindAGapOfIDs() throws {
        let test = TestQueue(durations: [5])
        for _ in 1...10_000 { try test.cancel(test.submit()) }
        for _ in 1...30_000 { try test.reject() }
        try test.submit()
        let last = try test.submit()
        #expect(test.queue.place(of: last, at: test.now) == SerialQueue.Place(position: 2, remainingTime: 10))
    }

    @Test func memoryFollowsWhatWaits() {
        var line = WaitingLine(typeCount: 5)
        line.append(1, TaskTypeIndex(rawValue: 0))
        for number in 2...200_000 {
            let id = TaskID(rawValue: number)!
            line.append(id, TaskTypeIndex(rawValue: 4))
            line.remove(id)
        }
        #expect(line.first == 1 && line.storedCount <= 256 * (16 + 5))
    }

    @Test func manyTypesTakeLittleMemory() throws {
        let types = 1000
        var line = WaitingLine(typeCount: types)
        for number in 1...100_000 {
            line.append(TaskID(rawValue: number)!, TaskTypeIndex(rawValue: UInt16(number % types)))
        }
        #expect(line.storedCount <= 2 * 100_000 + 2048)
        #expect(counts(line, through: 99_999, types: types).reduce(0, +) == 99_999)
        #expect(counts(line, through: 100_000, types: types).allSatisfy { $0 == 100 })
    }

    /// A place that is found by a walk through all tasks takes hours here.
    @Test func placesAreCountedInAFewStepsAtAMillionTasks() throws {
        let test = TestQueue(durations: [2000])
        for _ in 1...1_000_000 { try test.submit() }
        for id in stride(from: 2, through: 1_000_000, by: 2) { test.cancel(TaskID(rawValue: id)!) }
        for id in stride(from: 900_001, to: 1_000_000, by: 2) {
            let place = test.queue.place(of: TaskID(rawValue: id)!, at: test.now)
            let position = (id + 1) / 2
            guard place == SerialQueue.Place(position: position, remainingTime: position * 2000) else {
                Issue.record("\(id): \(String(describing: place))")
                return
            }
        }
    }
}
