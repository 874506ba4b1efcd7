import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension ClientCommandsTests {
    /// More waits than a server reads on one connection.
    struct ManyWaitsTests {
        static let count = 3000
        let most = MessageLimits.waitsOfClient

        /// A server that answers 300 requests at a time, late enough for any that must not be sent yet to have come.
        ///
        /// - Parameters:
        ///   - before: its steps for what a client asks before.
        ///   - reply: to the request with the number, from 0 on.
        func server(_ before: [FakeServer.Step] = [], _ reply: (Int) -> String) -> FakeServer {
            var steps = before
            var answered = 0
            for number in 0..<Self.count {
                let isLast = number == Self.count - 1
                if number + 1 - answered == most || isLast {
                    let answers = isLast ? Self.count - answered : 300
                    let text = (answered..<answered + answers).map(reply).joined()
                    steps.append(.answerAfter(milliseconds: 20, text))
                    answered += answers
                } else {
                    steps.append(.silence)
                }
            }
            return FakeServer(steps)
        }

        @Test func noMoreThanSoManyAreUnderWay() {
            let server = server { #"{"seq":\#($0 + 1),"status":"success"}"# + "\n" }
            // The server is asked in the order of the ids, whatever the user's.
            let ids = (1...Self.count).reversed().map(id)
            // With a time-out, so that no other question goes with them.
            let wait = WaitCommand(TaskSelection(ids), timeout: 100_000, isJSON: false)
            let lines = (1...Self.count).map { "\($0) success\n" }.joined()
            let isRight = CommandHarness(server).perform(wait) == CommandOutcome(lines)
            #expect(isRight)
            #expect(server.mostUnanswered == most)
        }

        @Test func resultsComeInTheOrderOfTheIDs() {
            let server = server { #"{"seq":\#($0 + 1),"status":"success","data":"\#($0 + 1)"}"# + "\n" }
            let ids = (1...Self.count).map(id)
            let result = ResultCommand(TaskSelection(ids), waits: true, timeout: 100_000, isJSON: false)
            let lines = (1...Self.count).map { "\($0)\n" }.joined()
            let isRight = CommandHarness(server).perform(result) == CommandOutcome(lines)
            #expect(isRight)
            #expect(server.mostUnanswered == most)
        }

        @Test func theTimeOutIsThatOfAllTogether() throws {
            let server = server { #"{"seq":\#($0 + 1),"status":"success"}"# + "\n" }
            let wait = WaitCommand(TaskSelection((1...Self.count).map(id)), timeout: 100_000, isJSON: false)
            #expect(CommandHarness(server).perform(wait).code == 0)
            let timeouts = server.received.split(separator: "\n").compactMap { line in
                line.split(separator: "\"timeout_ms\":").last.flatMap { Int($0.prefix { $0.isNumber }) }
            }
            #expect(timeouts.count == Self.count && timeouts.first == 100_000)
            // It answered some seven times before the last request, after 20 ms each.
            #expect(try #require(timeouts.last) <= 100_000 - 7 * 19)
            #expect(timeouts == timeouts.sorted(by: >))
        }

        @Test func whenTheTimeIsOverTheRestIsAskedForAllTheSame() {
            let server = LiveServer(types)
            defer { server.end() }
            let harness = CommandHarness(server)
            _ = harness.perform(run("long"))
            _ = harness.perform(run("echo"))
            let ids = [id(2)] + [TaskID](repeating: id(1), count: 2000)
            let ran = harness.perform(WaitCommand(TaskSelection(ids), timeout: 50, isJSON: false))
            #expect(ran.code == 4 && ran.output.isEmpty)
            #expect(ran.errors.utf8.count { $0 == UInt8(ascii: "\n") } == 2001)
        }
    }
}
