import TaskCore
import TestServers
import Testing

@testable import uv_task

/// More waits than a server reads on one connection.
struct ManyWaitsTests {
    static let count = 1500

    static func number(_ member: String, in line: some StringProtocol) -> Int? {
        line.split(separator: "\"\(member)\":").last.flatMap { Int($0.prefix(while: \.isNumber)) }
    }

    /// A server that ends 300 waits whenever 900 are open, and the rest when all were requested.
    func server() -> FakeServer {
        let state = Locked((tasks: 0, waits: 0, open: [String]()))
        return FakeServer([
            .answerEach { line in
                guard !line.contains(#""type":"info""#) else { return info() }
                let sequence = Self.number("seq", in: line) ?? 0
                return state.withLock { state in
                    if line.contains(#""type":"run""#) {
                        state.tasks += 1
                        return submitted(sequence, task: state.tasks)
                    }
                    state.waits += 1
                    state.open.append(success(sequence, "\(Self.number("task_id", in: line) ?? 0)"))
                    guard state.waits == Self.count || state.open.count == Limits.clientWaits else { return "" }
                    let ended = state.open.prefix(state.waits == Self.count ? Self.count : 300)
                    state.open.removeFirst(ended.count)
                    return ended.joined()
                }
            }
        ])
    }

    // With a timeout, no other request is sent. The requests are sent in the order of the ids, not of the arguments.
    @Test(arguments: [
        ("wait --timeout 100 " + (1...count).reversed().map { "\($0)" }.joined(separator: " "), " success\n"),
        ("result --wait --timeout 100 " + (1...count).map { "\($0)" }.joined(separator: " "), "\n"),
        ("run echo --each-line --wait", "\n"),
    ]) func aClientLimitsItsWaits(command: String, ending: String) {
        let server = server()
        var harness = CommandHarness(server)
        harness.input = [bytes(String(repeating: "x\n", count: Self.count))]
        // Not compared in the expectation, which would print all lines.
        let isRight = harness.perform(command) == CommandOutcome((1...Self.count).map { "\($0)\(ending)" }.joined())
        #expect(isRight)
        #expect(server.mostUnanswered == Limits.clientWaits)
    }

    /// The last request is sent 20 ms after the first, or later.
    @Test func theTimeoutIsThatOfAllWaitsTogether() {
        let silence = [FakeServer.Step](repeating: .silence, count: Limits.clientWaits - 1)
        let answer = FakeServer.Step.answerAfter(milliseconds: 20, status(1, .success))
        let server = FakeServer(silence + [answer, .silence, .close])
        let ids = (0...Limits.clientWaits).map { " \($0 + 1)" }.joined()
        #expect(CommandHarness(server).perform("wait --timeout 1000\(ids)").code == 6)
        let timeouts = server.received.split(separator: "\n").compactMap { Self.number("timeout_ms", in: $0) }
        #expect(timeouts.count == Limits.clientWaits + 1 && timeouts.first == 1_000_000)
        #expect(timeouts.last.map { $0 < 1_000_000 } == true)
    }

    @Test func afterTheTimeoutTheOtherTasksAreStillRequested() {
        let server = LiveServer(types)
        defer { server.end() }
        let harness = CommandHarness(server)
        _ = harness.perform("run long x")
        _ = harness.perform("run echo x")
        let ran = harness.perform("wait --timeout 50ms 2" + String(repeating: " 1", count: 1000))
        #expect(ran.code == 4 && ran.output.isEmpty && ran.errors.lineCount == 1001)
    }
}
