import Testing

@testable import Libuv

struct NextRoundTests {
    @Test func comesOnceAndLetsOthersHaveTheirTurn() throws {
        let loop = try EventLoop()
        let round = try NextRound(on: loop)
        let timer = try Timer(on: loop)
        var rounds = 0
        var isOver = false
        timer.start(after: 5) { isOver = true }
        func again() {
            rounds += 1
            if !isOver { round.start(again) }
        }
        round.start(again)
        loop.run()
        #expect(isOver, "a chain of rounds does not keep a timer from firing")
        let reached = rounds
        loop.run()
        #expect(rounds == reached)
        round.start { Issue.record("closed before its round") }
        round.close()
        timer.close()
        loop.run()
        loop.close()
    }
}
