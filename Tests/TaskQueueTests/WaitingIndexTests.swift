import TaskCore
import Testing

@testable import TaskQueue

struct WaitingIndexTests {
    /// Ids that come and go, far beyond what is dropped in front, against a plain count.
    @Test func countsWhatWaitsBeforeABlock() throws {
        var index = WaitingIndex(typeCount: 2)
        var waiting: [(id: Int, type: Int)] = []
        var generator = SystemRandomNumberGenerator()
        for id in 1...40_000 {
            // Some ids never wait, and now and then nothing does.
            guard !id.isMultiple(of: 3), !(9000..<12_000).contains(id) else { continue }
            waiting.append((id, id % 2))
            index.add(
                try #require(TaskID(rawValue: id)), TaskTypeIndex(rawValue: UInt16(id % 2)))
            while waiting.count > (id > 20_000 ? 3000 : 200) || id == 8999 && !waiting.isEmpty {
                let gone = waiting.remove(at: Bool.random(using: &generator) ? 0 : waiting.count / 2)
                index.remove(
                    try #require(TaskID(rawValue: gone.id)), TaskTypeIndex(rawValue: UInt16(gone.type)))
            }
            guard id.isMultiple(of: 97) else { continue }
            let block = index.block(
                of: try #require(waiting.isEmpty ? nil : TaskID(rawValue: waiting[waiting.count * 2 / 3].id)))
            let before = waiting.filter { $0.id < index.firstID(of: block).rawValue }
            #expect(counts(in: index, before: block) == [0, 1].map { type in before.count { $0.type == type } })
        }
        index.removeAll()
        #expect(counts(in: index, before: 1000) == [0, 0])
    }

    private func counts(in index: WaitingIndex, before block: Int) -> [Int] {
        var counts = [0, 0]
        index.forEachCount(before: block) { type, count in counts[type] += count }
        return counts
    }

    @Test func blocksOfIDs() throws {
        let index = WaitingIndex(typeCount: 1, blockSize: 64)
        #expect(index.block(of: .first) == 0)
        #expect(index.block(of: try #require(TaskID(rawValue: 64))) == 0)
        #expect(index.block(of: try #require(TaskID(rawValue: 65))) == 1)
        #expect(index.firstID(of: 1).rawValue == 65)
    }

    /// Many ids that never wait, while nothing does, after many that did.
    @Test func aGapThatIsWiderThanWhatThereWas() throws {
        var queue = SerialQueue(typeCount: 1)
        let type = TaskTypeIndex(rawValue: 0)
        let now = Timestamp(milliseconds: 0)
        func submit() throws -> TaskID {
            try queue.submit(type, data: "", from: .none, at: now).id
        }
        let first = try (1...10_000).map { _ in try submit() }
        for id in first { _ = queue.cancel(id, at: now) }
        for _ in 1...30_000 {
            _ = try queue.submitFailed(TaskFailure(.unknownTaskName, ""), from: .none, at: now)
        }
        _ = try submit()
        let last = try submit()
        #expect(queue.place(of: last, durations: [5], at: now) == SerialQueue.Place(position: 2, timeLeft: 10))
    }
}

struct PlaceAtSizeTests {
    /// With a thousand types the counts of each for every block are more than the tasks themselves, were blocks small.
    @Test func manyTypesTakeLittleMore() throws {
        let types = 1000
        var queue = SerialQueue(typeCount: types)
        let now = Timestamp(milliseconds: 0)
        for number in 0..<100_000 {
            let type = TaskTypeIndex(rawValue: UInt16(number % types))
            _ = try queue.submit(type, data: "", from: .none, at: now)
        }
        #expect(queue.waitingIndex.countsHeld <= 2 * 100_000)
        let last = try #require(TaskID(rawValue: 100_000))
        let place = queue.place(of: last, durations: Array(repeating: 3, count: types), at: now)
        #expect(place == SerialQueue.Place(position: 100_000, timeLeft: 300_000))
    }

    /// A million waiting tasks, half of them cancelled: a question takes no walk through them.
    @Test func aPlaceIsFoundInAFewSteps() throws {
        var queue = SerialQueue(typeCount: 1)
        let type = TaskTypeIndex(rawValue: 0)
        let now = Timestamp(milliseconds: 0)
        for _ in 1...1_000_000 { _ = try queue.submit(type, data: "", from: .none, at: now) }
        for id in stride(from: 2, through: 1_000_000, by: 2) {
            _ = queue.cancel(try #require(TaskID(rawValue: id)), at: now)
        }
        let last = try #require(TaskID(rawValue: 999_999))
        let clock = ContinuousClock()
        let time = clock.measure {
            for _ in 1...10_000 {
                let place = queue.place(of: last, durations: [2000], at: now)
                guard place == SerialQueue.Place(position: 500_000, timeLeft: 1_000_000_000) else {
                    Issue.record("\(String(describing: place))")
                    return
                }
            }
        }
        // A walk would take ten thousand times as long; debug builds and sanitizers are slow.
        #expect(time < .seconds(10))
    }
}
