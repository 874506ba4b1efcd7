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

    @Test func memoryFollowsWhatWaits() {
        var line = WaitingLine(typeCount: 5)
        line.append(1, TaskTypeIndex(rawValue: 0))
        for number in 2...20_000 {
            let id = TaskID(rawValue: number)!
            line.append(id, TaskTypeIndex(rawValue: 4))
            line.remove(id)
        }
        #expect(line.first == 1 && line.storedCount <= 256 * (16 + 5))
    }

    @Test func manyTypesTakeLittleMemory() {
        let types = 1000
        var line = WaitingLine(typeCount: types)
        for number in 1...20_000 {
            line.append(TaskID(rawValue: number)!, TaskTypeIndex(rawValue: UInt16(number % types)))
        }
        #expect(line.storedCount <= 2 * 20_000 + 2048)
        #expect(counts(line, through: 19_999, types: types).reduce(0, +) == 19_999)
        #expect(counts(line, through: 20_000, types: types).allSatisfy { $0 == 20 })
    }

    /// At most one step for each bit of the number of blocks, and for each id of a block.
    @Test func aPlaceIsCountedInAFewSteps() {
        var line = WaitingLine(typeCount: 1)
        for number in 1...100_000 { line.append(TaskID(rawValue: number)!, TaskTypeIndex(rawValue: 0)) }
        for number in stride(from: 2, to: 100_000, by: 2) { line.remove(TaskID(rawValue: number)!) }
        for number in [1, 3, 49_999, 65_535, 99_999, 100_000] {
            var (steps, ahead) = (0, 0)
            line.forEachCount(through: TaskID(rawValue: number)!) { _, count in
                steps += 1
                ahead += count
            }
            #expect(ahead == number / 2 + 1 && steps <= 13 + 16)
        }
    }
}
