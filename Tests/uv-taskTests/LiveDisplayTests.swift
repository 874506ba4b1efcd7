import Libuv
import TaskCore
import TestServers
import Testing

@testable import uv_task

/// The live line of a wait.
struct LiveDisplayTests {
    static let erasure = "\r\u{1B}[J"
    /// For a wait, and for the request that detects a server that does not answer.
    static let waiting = [FakeServer.Step.silence, .silence]

    /// A server on which task 7 runs until the line was drawn, and a command on a terminal.
    func harnessUntilDrawn() -> CommandHarness {
        let answers = [status(3, .execute), status(4, .execute) + success(1, "x")]
        var harness = CommandHarness(FakeServer(Self.waiting + answers.map { .answer($0) }))
        harness.errorSize = CommandHarness.terminal
        return harness
    }

    @Test(arguments: [(nil, ""), (CommandHarness.terminal, "dumb"), (CommandHarness.terminal, "xterm")])
    func thePositionIsRequestedOnlyForATerminal(size: Console.Size?, kind: String) {
        let hasLine = kind == "xterm"
        let answer = FakeServer.Step.answer(success(1, "x"))
        let server = FakeServer(hasLine ? Self.waiting + [answer] : [.silence, answer])
        var harness = CommandHarness(server)
        harness.errorSize = size
        harness.environment = ["TERM": kind]
        #expect(harness.perform("result 7 --wait").output == "x")
        let requests = [
            #"{"seq":1,"type":"get_result","task_id":7,"wait":true}"#, #"{"seq":2,"type":"info"}"#,
            #"{"seq":3,"type":"status","task_id":7}"#,
        ]
        #expect(server.received == requests.prefix(hasLine ? 3 : 2).map { $0 + "\n" }.joined())
    }

    @Test func aWrappedLineIsErasedCompletely() {
        let server = LiveServer(types)
        defer { server.end() }
        var harness = CommandHarness(server)
        var drawn: [String] = []
        // The terminal shrinks after the first line, which takes more than forty columns and less than fifty.
        harness.currentErrorSize = { drawn.isEmpty ? CommandHarness.terminal : Console.Size(columns: 10, rows: 24) }
        harness.onError = { [signals = harness.signals] text in
            drawn.append(text)
            if drawn.count <= 2 { signals.raise(drawn.count == 1 ? .windowChange : .interrupt) }
        }
        #expect(harness.perform("run long x --wait").code == 130)
        #expect(drawn[0] == "\(Self.erasure)task 1 [--------------------] about 4 days left")
        #expect(drawn[1].hasPrefix("\r\u{1B}[4A\u{1B}[J"), "\(drawn)")
        #expect(drawn.dropLast().last == Self.erasure)
    }

    /// Each task ends after a line was drawn.
    @Test func theLineIsErasedBeforeOtherOutput() {
        let answers = [
            status(4, .execute), status(5, .execute) + status(1, .success),
            status(6, .execute), status(7, .execute) + status(2, .success),
        ]
        var harness = CommandHarness(FakeServer([.silence] + Self.waiting + answers.map { .answer($0) }))
        harness.errorSize = CommandHarness.terminal
        var written: [String] = []
        harness.onError = { written.append($0) }
        harness.onOutput = { _ in written.append("output") }
        #expect(harness.perform("wait 7 8").output == "7 success\n8 success\n")
        let outputs = written.indices.filter { written[$0] == "output" }
        #expect(outputs.count == 2 && outputs.allSatisfy { written[$0 - 1] == Self.erasure }, "\(written)")
    }

    // MARK: Interruptions

    @Test func anIgnoredSignalStaysIgnored() {
        var harness = harnessUntilDrawn()
        harness.signals.ignored = [.interrupt]
        harness.onError = { [signals = harness.signals] _ in signals.raise(.interrupt) }
        let ran = harness.perform("result 7 --wait")
        #expect(ran.output == "x" && ran.code == 0 && !ran.errors.isEmpty)
    }

    @Test func theRequestAfterATimeoutCanBeInterrupted() {
        let timedOut = reply(1, #""status":"execute","data":null,"timed_out":true"#)
        var harness = CommandHarness(.answer(timedOut), .silence)
        harness.onOutput = { [signals = harness.signals] _ in signals.raise(.interrupt) }
        let ran = harness.perform("result 7 --wait --timeout 5ms --json")
        #expect(ran.code == 130)
        #expect(ran.errors.contains("interrupted; task 7 goes on. To wait for it: uv-task result 7 --wait --json"))
    }

    // MARK: Lost connections

    @Test(arguments: ["result 7 --wait", "wait 7 8"]) func aServerThatDoesNotAnswerEndsTheWait(command: String) {
        var harness = CommandHarness(.silence, over: .unix)
        harness.connectTimeout = 50
        let ran = harness.perform(command)
        #expect(ran.code == 6 && ran.output.isEmpty)
        #expect(ran.errors.contains("(no answer from ") && ran.errors.contains(" within 0.05 s"), "\(ran.errors)")
    }

    @Test(arguments: [
        ("result 7 --wait", "", ""), ("result 2 1 --wait --json", " --timeout 100", ""),
        ("wait 2 1 --instance \(instance) --json", "", ""),
        // The second result has arrived, but was not printed.
        ("result 2 1 --wait --instance \(instance)", "", success(2, "x")),
    ]) func theSuggestedCommandContinuesTheSameWait(command: String, timeout: String, first: String) {
        let harness = CommandHarness(first.isEmpty ? .silence : .answer(first), .silence, .close)
        let ran = harness.perform(command + timeout)
        let sentence = " waited for (the daemon closed the connection). If the daemon still runs: uv-task \(command)"
        #expect(ran.errors.hasSuffix("\(sentence)\(harness.options)\n"), "\(ran.errors)")
        #expect(ran.code == 6 && ran.output.isEmpty)
    }
}
