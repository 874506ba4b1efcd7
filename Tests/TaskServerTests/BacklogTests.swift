import Testing

@testable import TaskServer

struct BacklogTests {
    private let block = [UInt8](repeating: 7, count: 1000)

    @Test func whatIsTakenOutAndPutBackIsWhatIsLeft() {
        let backlog = Backlog()
        #expect(backlog.isEmpty && !backlog.isFull)
        backlog.append([1, 2, 3].span)
        let taken = backlog.take()
        #expect(taken.bytes == [1, 2, 3] && taken.start == 0)
        #expect(backlog.isEmpty)
        backlog.putBack(taken.bytes, from: 2)
        backlog.append([4].span)
        let rest = backlog.take()
        #expect(Array(rest.bytes[rest.start...]) == [3, 4])
        backlog.putBack(rest.bytes, from: 4)
        #expect(backlog.isEmpty)
    }

    @Test func isFullByWhatIsLeftAlone() {
        let backlog = Backlog()
        for _ in 0..<66 { backlog.append(block.span) }
        #expect(backlog.isFull)
        let taken = backlog.take()
        backlog.putBack(taken.bytes, from: 1000)
        #expect(!backlog.isFull)
    }

    @Test func itsMemoryFollowsWhatIsLeftNotWhatCame() {
        let backlog = Backlog()
        backlog.append(block.span)
        for _ in 0..<10_000 {
            backlog.append(block.span)
            let (bytes, start) = backlog.take()
            #expect(bytes.count < 200_000)
            backlog.putBack(bytes, from: start + 1000)
        }
    }
}
