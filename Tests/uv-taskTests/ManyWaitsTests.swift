import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    /// More waiting requests than a server reads on one connection.
    struct ManyWaitsTests {
        static let count = 1500
        let most = Limits.clientWaits

        /// A server that answers 300 requests at a time. A request that is sent too early arrives before the answers.
        ///
        /// - Parameters:
        ///   - before: the steps for earlier requests.
        ///   - reply: returns the reply to a request by its number, which begins at 0.
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

        @Test func aClientLimitsItsWaitingRequests() {
            let server = server { #"{"seq":\#($0 + 1),"status":"success"}"# + "\n" }
            // The requests are sent in the order of the ids, not of the arguments.
            let ids = (1...Self.count).reversed().map { "\($0)" }
            // With a timeout, no other request is sent.
            let wait = ["wait", "--timeout", "100"] + ids
            let lines = (1...Self.count).map { "\($0) success\n" }.joined()
            let isRight = CommandHarness(server).perform(wait) == CommandOutcome(lines)
            #expect(isRight)
            #expect(server.mostUnanswered == most)
        }

        @Test func resultsArePrintedInTheOrderOfTheIDs() {
            let server = server { #"{"seq":\#($0 + 1),"status":"success","data":"\#($0 + 1)"}"# + "\n" }
            let result = ["result", "--wait", "--timeout", "100"] + (1...Self.count).map { "\($0)" }
            let lines = (1...Self.count).map { "\($0)\n" }.joined()
            let isRight = CommandHarness(server).perform(result) == CommandOutcome(lines)
            #expect(isRight)
            #expect(server.mostUnanswered == most)
        }

        @Test func theTimeoutIsThatOfAllRequestsTogether() throws {
            let server = server { #"{"seq":\#($0 + 1),"status":"success"}"# + "\n" }
            let wait = ["wait", "--timeout", "100"] + (1...Self.count).map { "\($0)" }
            #expect(CommandHarness(server).perform(wait).code == 0)
            let timeouts = server.received.split(separator: "\n").compactMap { line in
                line.split(separator: "\"timeout_ms\":").last.flatMap { Int($0.prefix { $0.isNumber }) }
            }
            #expect(timeouts.count == Self.count && timeouts.first == 100_000)
            // The server answered before the last request, after at least 20 ms.
            #expect(try #require(timeouts.last) < 100_000)
            #expect(timeouts == timeouts.sorted(by: >))
        }

        @Test func afterTheTimeoutTheOtherTasksAreStillRequested() {
            let server = LiveServer(types)
            defer { server.end() }
            let harness = CommandHarness(server)
            _ = harness.perform("run", "long", "")
            _ = harness.perform("run", "echo", "")
            let ran = harness.perform(["wait", "--timeout", "50ms", "2"] + [String](repeating: "1", count: 1000))
            #expect(ran.code == 4 && ran.output.isEmpty)
            #expect(ran.errors.utf8.count { $0 == UInt8(ascii: "\n") } == 1001)
        }
    }
}
