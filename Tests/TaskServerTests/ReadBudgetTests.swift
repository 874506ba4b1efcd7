import Testing

@testable import TaskServer

struct ReadBudgetTests {
    @Test func aBudgetIsSpentByRepliesWaitsAndRecords() {
        func isSpent(after count: Int, _ spend: (inout ReadBudget) -> Void) -> Bool {
            var budget = ReadBudget()
            for _ in 0..<count { spend(&budget) }
            return budget.isSpent
        }
        #expect(!isSpent(after: 262_143) { $0.add(replyBytes: 1) })
        #expect(isSpent(after: 262_144) { $0.add(replyBytes: 1) })
        #expect(!isSpent(after: 511) { $0.addWait() })
        #expect(isSpent(after: 512) { $0.addWait() })
        #expect(!isSpent(after: 3) { $0.add(scannedRecords: 10_000) })
        #expect(isSpent(after: 4) { $0.add(scannedRecords: 10_000) })
        #expect(isSpent(after: 2) { $0.add(replyBytes: 1 << 40) })
    }

    @Test func aConnectionIsLightIfItsRequestsAreCheapOnAverage() {
        var budget = ReadBudget()
        #expect(!budget.isLight)
        budget.addRequest()
        budget.add(replyBytes: 8000)
        #expect(!budget.isLight)
        budget.addRequest()
        #expect(budget.isLight)
    }
}
