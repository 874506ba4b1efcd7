import Libuv
import TaskCore
import TaskProtocol
import TaskServer
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    final class RunCommandTests {
        let server = LiveServer(types) { $0.limits.message = 1000 }
        var harness: CommandHarness

        init() { harness = CommandHarness(server) }
        deinit { server.end() }

        @Test func theIdIsPrinted() {
            #expect(harness.perform("run", "echo", "x") == CommandOutcome("1\n"))
            harness.errorSize = CommandHarness.terminal
            _ = harness.perform("run", "long", "")
            let next = harness.perform("run", "long", "")
            #expect(next == CommandOutcome("3\n", "next in the queue, done in about 2 h\n"))
        }

        @Test func theResultIsPrintedAsItsBytes() {
            #expect(harness.perform("run", "echo", "a\u{1B}[31m\n", "--wait") == CommandOutcome("a\u{1B}[31m\n"))
            #expect(harness.perform("run", "echo", "", "--wait") == CommandOutcome(""))
            harness.outputSize = CommandHarness.terminal
            #expect(harness.perform("run", "echo", "a\u{1B}[31m", "--wait") == CommandOutcome("a\\u{1B}[31m\n"))
        }

        @Test func aTaskThatEndsInError() {
            let failed = CommandOutcome("", "uv-task: task 1 ended in error: too much of it (failed)\n", 1)
            #expect(harness.perform("run", "bad", "", "--wait") == failed)
        }

        @Test func aWaitThatTimesOut() {
            _ = harness.perform("run", "long", "")
            let ran = harness.perform("run", "echo", "", "--wait", "--timeout", "20ms")
            #expect(
                ran
                    == CommandOutcome(
                        "", "uv-task: task 2 has not ended within 20 ms: next in the queue, done in about 60 min\n", 4))
        }

        @Test func anUnknownName() {
            let ran = harness.perform("run", "ecko", "")
            let message = #"no task type has the name "ecko" (did you mean echo?); there are echo, short, long, bad"#
            #expect(ran == CommandOutcome("", "uv-task: \(message)\n", 5))
        }

        @Test func jsonIsTheReplyOnALine() {
            let ran = harness.perform("run", "echo", "", "--json")
            #expect(ran.output.hasPrefix("{\"task_id\":1,\"instance\":\""))
            #expect(ran.output.hasSuffix("}\n") && ran.errors.isEmpty && ran.code == 0)
            let result = "{\"task_id\":2,\"status\":\"success\",\"data\":\"x\"}\n"
            #expect(harness.perform("run", "echo", "x", "--wait", "--json") == CommandOutcome(result))
            let refused = harness.perform("run", "ecko", "", "--json")
            #expect(refused.output.hasPrefix("{\"error\":{\"code\":\"unknown_task_name\","))
            #expect(refused.errors.hasPrefix("uv-task: no task type has the name") && refused.code == 5)
        }

        @Test func jsonOnATerminalHasNoControlCharacters() {
            let data = "\u{9B}31m\u{202E}\u{7F}"
            let raw = "{\"task_id\":1,\"status\":\"success\",\"data\":\"\(data)\"}\n"
            #expect(harness.perform("run", "echo", data, "--wait", "--json") == CommandOutcome(raw))
            harness.outputSize = CommandHarness.terminal
            let escaped = #"{"task_id":2,"status":"success","data":"\u009B31m\u202E\u007F"}"# + "\n"
            #expect(harness.perform("run", "echo", data, "--wait", "--json") == CommandOutcome(escaped))
            harness.input = [bytes(data)]
            #expect(
                harness.perform("run", "echo", "--each-line", "--wait", "--json").output.contains(
                    #""\u009B31m\u202E\u007F""#))
        }

        @Test func aKeyMakesOneTask() {
            #expect(harness.perform("run", "echo", "x", "--key", "k") == CommandOutcome("1\n"))
            #expect(harness.perform("run", "echo", "x", "--key", "k") == CommandOutcome("1\n"))
            #expect(harness.perform("run", "echo", "y", "--key", "k").code == 5)
        }

        @Test func dataThatIsTooLargeForTheServer() {
            let ran = harness.perform("run", "echo", String(repeating: "x", count: 1000))
            #expect(ran.code == 5)
            #expect(ran.errors.hasPrefix("uv-task: the message is longer than 1000 bytes, "))
        }

        @Test(arguments: [nil, "k"]) func aSubmitWithoutAnAnswer(key: String?) {
            let server = FakeServer([.answer(infoReply), .silence])
            var harness = CommandHarness(server)
            harness.connectTimeout = 500
            let ran = harness.perform(["run", "echo", "", "--wait"] + (key.map { ["--key", $0] } ?? []))
            let open = "within 0.5 s; --connect-timeout sets the time. It is not known whether the task was queued"
            #expect(ran.output.isEmpty && ran.code == 6 && ran.errors.contains(open))
            let advice = key == nil ? "; uv-task list\(harness.options) shows the newest tasks" : "the same --key"
            #expect(ran.errors.contains(advice))
        }

        @Test func aRestartedServer() {
            let restarted = #"{"seq":2,"error":{"code":"restarted","message":""}}"# + "\n"
            let server = FakeServer(connections: [[.answer(infoReply), .silence, .close], [.answer(restarted)]])
            let ran = CommandHarness(server).perform("run", "echo", "")
            #expect(ran.output.isEmpty && ran.code == 6)
            #expect(ran.errors.contains("was restarted before it answered, and it is not known whether the task ran."))
        }

        // MARK: Data from the input

        @Test func oneFinalNewlineIsRemoved() {
            harness.input = [bytes("a\n"), bytes("b\n\n")]
            #expect(harness.perform("run", "echo", "--wait") == CommandOutcome("a\nb\n"))
            #expect(harness.perform("run", "echo", "--wait", "--exact") == CommandOutcome("a\nb\n\n"))
            harness.input = []
            #expect(harness.perform("run", "echo", "--wait") == CommandOutcome(""))
        }

        @Test func typedInputIsAnnounced() {
            harness.isTyped = true
            harness.input = [bytes("a\n")]
            #expect(harness.perform("run", "echo", "--wait") == CommandOutcome("a"))
            harness.errorSize = CommandHarness.terminal
            let ran = harness.perform("run", "echo", "--wait")
            #expect(ran.errors.hasPrefix("uv-task: reading the data up to ^D\n"))
            #expect(!harness.perform("run", "echo", "given").errors.contains("^D"))
        }

        @Test func bytesThatAreNotUTF8() {
            harness.input = [bytes("ä"), .success([0x61, 0xFF])]
            #expect(
                harness.perform("run", "echo", "--wait")
                    == CommandOutcome("", "uv-task: the data is not UTF-8: byte 3 (counted from 0)\n", 64))
        }

        @Test func dataThatNoServerAccepts() {
            let piece = Result<[UInt8], UVError>.success(
                .init(repeating: 0x61, count: Limits.longestRequest / 4))
            harness.input = [piece, piece, piece, piece, bytes("b")]
            let ran = CommandOutcome("", "uv-task: too large: the data has more than 16777216 bytes\n", 5)
            #expect(harness.perform("run", "echo", "--wait") == ran)
        }

        @Test func anInputThatCannotBeRead() {
            harness.input = [.failure(UVError(code: .invalidArgument, call: "read"))]
            #expect(
                harness.perform("run", "echo", "--wait")
                    == CommandOutcome("", "uv-task: cannot read the data from stdin: invalid argument\n", 64)
            )
        }
    }
}
