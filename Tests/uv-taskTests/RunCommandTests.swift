import Libuv
import TaskCore
import TaskServer
import TestServers
import Testing

@testable import uv_task

final class RunCommandTests {
    let server = LiveServer(types) { $0.limits.message = 1000 }
    var harness: CommandHarness

    init() { harness = CommandHarness(server) }
    deinit { server.end() }

    @Test func theIDOrTheResultIsPrinted() {
        harness.expect("run echo x", "1\n")
        harness.expect("run echo x --wait", "x")
        harness.expect("run echo '' --wait")
        harness.expect("run bad x --wait", says: "task 4 ended in error: too much of it (failed)", code: 1)
    }

    @Test func aTerminalGetsThePosition() {
        _ = harness.perform("run long x")
        harness.errorSize = CommandHarness.terminal
        #expect(harness.perform("run long x") == CommandOutcome("2\n", "next in the queue, done in about 8 days\n"))
    }

    @Test func onlyATerminalGetsEscapedControlCharacters() {
        let run = ["run", "echo", "\u{1B}\u{9B}\n", "--wait"]
        #expect(harness.perform(run) == CommandOutcome("\u{1B}\u{9B}\n"))
        #expect(harness.perform(run + ["--json"]).output.hasSuffix("\"data\":\"\\u001b\u{9B}\\n\"}\n"))
        harness.outputSize = CommandHarness.terminal
        #expect(harness.perform(run) == CommandOutcome(#"\u{1B}\u{9B}"# + "\n"))
        #expect(harness.perform(run + ["--json"]).output.hasSuffix(#""data":"\u001b\u009B\n"}"# + "\n"))
        harness.input = [bytes("\u{9B}")]
        #expect(harness.perform("run echo --each-line --wait --json").output.contains(#"\u009B"#))
    }

    @Test func jsonIsTheReplyOnALine() {
        let ran = harness.perform("run echo x --json")
        #expect(ran.output.hasPrefix(#"{"task_id":1,"instance":""#) && ran.output.hasSuffix("}\n") && ran.code == 0)
        harness.expect("run echo x --wait --json", #"{"task_id":2,"status":"success","data":"x"}"# + "\n")
    }

    @Test func aRefusalIsExplained() {
        let sentence = #"no task type has the name "ecko" (did you mean echo?); there are echo, long, bad"#
        harness.expect("run ecko x", says: sentence, code: 5)
        let json = harness.perform("run ecko x --json")
        #expect(json.output.hasPrefix(#"{"error":{"code":"unknown_task_name","#))
        #expect(json.errors == "uv-task: \(sentence)\n" && json.code == 5)
        let large = harness.perform("run echo \(String(repeating: "x", count: 1000))")
        #expect(large.errors.hasPrefix("uv-task: the message is longer than 1000 bytes, ") && large.code == 5)
    }

    @Test(arguments: [
        ("", "; uv-task list OPTIONS shows the newest tasks"),
        (" --key k", ". Repeating the call with the same --key does not run the task twice, unless the daemon was"),
    ]) func aSubmitWithoutAnAnswer(key: String, advice: String) {
        let harness = CommandHarness(.answer(info()), .silence, .close)
        let ran = harness.perform("run echo x --wait\(key)")
        #expect(ran.output.isEmpty && ran.code == 6 && ran.errors.hasPrefix("uv-task: nothing listens on "))
        let open = "It is not known whether the task was queued"
        #expect(ran.errors.contains(open + advice.replacing(" OPTIONS", with: harness.options)), "\(ran.errors)")
    }

    // MARK: Data from the input

    @Test func oneFinalNewlineIsRemoved() {
        harness.input = [bytes("a\n"), bytes("b\n\n")]
        harness.expect("run echo --wait", "a\nb\n")
        harness.expect("run echo - --wait", "a\nb\n")
        harness.expect("run echo --wait --exact", "a\nb\n\n")
        harness.input = []
        harness.expect("run echo --wait")
    }

    @Test func typedInputIsAnnouncedOnATerminal() {
        harness.isTyped = true
        harness.input = [bytes("a\n")]
        harness.expect("run echo", "1\n")
        harness.errorSize = CommandHarness.terminal
        #expect(harness.perform("run echo").errors.hasPrefix("uv-task: reading the data up to ^D\n"))
        #expect(!harness.perform("run echo given").errors.contains("^D"))
    }

    @Test func dataThatCannotBeSentIsExplained() {
        harness.input = [bytes("ä"), .success([0x61, 0xFF])]
        harness.expect("run echo", says: "the data is not UTF-8: byte 3 (counted from 0)", code: 64)
        harness.input = [.failure(UVError(code: .invalidArgument, call: "read"))]
        harness.expect("run echo", says: "cannot read the data from stdin: invalid argument", code: 64)
        // An input without an end must not be read to its end.
        harness.inputReader = { .success(.init(repeating: 0x61, count: Limits.longestRequest / 4)) }
        harness.expect("run echo", says: "too large: the data has more than 16777216 bytes", code: 5)
    }

    /// A daemon does not hold a connection for a client that has nothing to say yet.
    @Test func theDataIsReadBeforeTheConnectionIsMade() {
        let server = FakeServer([.answer(info()), .answer(submitted(2, task: 1))])
        harness = CommandHarness(server)
        let connections = Locked([Int]())
        harness.inputReader = {
            connections.withLock { $0.append(server.connectionCount) }
            return .success([])
        }
        harness.expect("run echo", "1\n")
        #expect(connections.withLock(\.self) == [0] && server.connectionCount == 1)
    }
}
