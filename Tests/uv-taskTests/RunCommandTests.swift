import Libuv
import TaskCore
import TaskProtocol
import TaskServer
import TestServers
import Testing

@testable import uv_task

extension ClientCommandsTests {
    final class RunCommandTests {
        let server = LiveServer(types) { $0.maximumMessage = 1000 }
        var harness: CommandHarness

        init() { harness = CommandHarness(server) }
        deinit { server.end() }

        @Test func theIdIsPrinted() {
            #expect(harness.perform(run("echo", "x")) == CommandOutcome("1\n"))
            harness.errorSize = CommandHarness.terminal
            _ = harness.perform(run("long"))
            let next = harness.perform(run("long"))
            #expect(next == CommandOutcome("3\n", "next in the queue, done in about 2 h\n"))
        }

        @Test func theResultIsPrintedAsItsBytes() {
            #expect(harness.perform(run("echo", "a\u{1B}[31m\n", waits: true)) == CommandOutcome("a\u{1B}[31m\n"))
            #expect(harness.perform(run("echo", "", waits: true)) == CommandOutcome(""))
            harness.outputSize = CommandHarness.terminal
            #expect(harness.perform(run("echo", "a\u{1B}[31m", waits: true)) == CommandOutcome("a\\u{1B}[31m\n"))
        }

        @Test func aTaskThatEndsInError() {
            let failed = CommandOutcome("", "uv-task: task 1 ended in error: too much of it (failed)\n", 1)
            #expect(harness.perform(run("bad", waits: true)) == failed)
        }

        @Test func aWaitThatTimesOut() {
            _ = harness.perform(run("long"))
            let ran = harness.perform(run("echo", waits: true, timeout: 20))
            #expect(
                ran
                    == CommandOutcome(
                        "", "uv-task: task 2 has not ended within 20 ms: next in the queue, done in about 60 min\n", 4))
        }

        @Test func anUnknownName() {
            let ran = harness.perform(run("ecko"))
            #expect(
                ran
                    == CommandOutcome(
                        "",
                        "uv-task: no task type is named \"ecko\"; did you mean echo? There are: echo, short, long, bad\n",
                        5))
        }

        @Test func jsonIsTheReplyInALine() {
            let ran = harness.perform(run("echo", isJSON: true))
            #expect(ran.output.hasPrefix("{\"task_id\":1,\"instance\":\""))
            #expect(ran.output.hasSuffix("}\n") && ran.errors.isEmpty && ran.code == 0)
            let result = "{\"task_id\":2,\"status\":\"success\",\"data\":\"x\"}\n"
            #expect(harness.perform(run("echo", "x", waits: true, isJSON: true)) == CommandOutcome(result))
            let refused = harness.perform(run("ecko", isJSON: true))
            #expect(refused.output.hasPrefix("{\"error\":{\"code\":\"unknown_task_name\","))
            #expect(refused.errors.hasPrefix("uv-task: no task type is named") && refused.code == 5)
        }

        @Test func jsonOnATerminalHasNothingThatItWouldObey() {
            let data = "\u{9B}31m\u{202E}\u{7F}"
            let raw = "{\"task_id\":1,\"status\":\"success\",\"data\":\"\(data)\"}\n"
            #expect(harness.perform(run("echo", data, waits: true, isJSON: true)) == CommandOutcome(raw))
            harness.outputSize = CommandHarness.terminal
            let escaped = #"{"task_id":2,"status":"success","data":"\u009B31m\u202E\u007F"}"# + "\n"
            #expect(harness.perform(run("echo", data, waits: true, isJSON: true)) == CommandOutcome(escaped))
            harness.input = [bytes(data)]
            let lines = EachLineCommand(taskName: "echo", waits: true, timeout: nil, isJSON: true)
            #expect(harness.perform(lines).output.contains(#""\u009B31m\u202E\u007F""#))
        }

        @Test func aKeyMakesOneTask() {
            let first = RunCommand(
                taskName: "echo", data: .given("x"), key: "k", waits: false, timeout: nil, isJSON: false)
            #expect(harness.perform(first) == CommandOutcome("1\n"))
            #expect(harness.perform(first) == CommandOutcome("1\n"))
            let other = RunCommand(
                taskName: "echo", data: .given("y"), key: "k", waits: false, timeout: nil, isJSON: false)
            #expect(harness.perform(other).code == 5)
        }

        @Test func aMessageThatIsTooLargeForTheServer() {
            let ran = harness.perform(run("echo", String(repeating: "x", count: 1000)))
            #expect(ran.code == 5)
            #expect(ran.errors.hasPrefix("uv-task: too large: the daemon takes at most 1000 bytes"))
        }

        @Test(arguments: [nil, "k"]) func aSubmitWithoutAnAnswer(key: String?) {
            let server = FakeServer([.answer(infoReply), .silence])
            var harness = CommandHarness(server)
            harness.connectTimeout = 500
            let command = RunCommand(
                taskName: "echo", data: .given(""), key: key, waits: true, timeout: nil, isJSON: false)
            let ran = harness.perform(command)
            let open = "within 0.5 s; --connect-timeout sets the time. It is not known whether the task was queued"
            #expect(ran.output.isEmpty && ran.code == 6 && ran.errors.contains(open))
            let advice = key == nil ? "; uv-task list\(options(harness)) shows the newest tasks" : "the same --key"
            #expect(ran.errors.contains(advice))
        }

        @Test func aServerThatWasRestarted() {
            let restarted = #"{"seq":2,"error":{"code":"restarted","message":""}}"# + "\n"
            let server = FakeServer(connections: [[.answer(infoReply), .silence, .close], [.answer(restarted)]])
            let ran = CommandHarness(server).perform(run("echo"))
            #expect(ran.output.isEmpty && ran.code == 6)
            #expect(ran.errors.contains("was restarted before it answered, and it is not known whether the task ran."))
        }

        // MARK: Data from the input

        func runInput(isExact: Bool = false) -> RunCommand {
            RunCommand(
                taskName: "echo", data: .input(isExact: isExact), key: nil, waits: true, timeout: nil, isJSON: false)
        }

        @Test func oneFinalNewlineGoes() {
            harness.input = [bytes("a\n"), bytes("b\n\n")]
            #expect(harness.perform(runInput()) == CommandOutcome("a\nb\n"))
            #expect(harness.perform(runInput(isExact: true)) == CommandOutcome("a\nb\n\n"))
            harness.input = []
            #expect(harness.perform(runInput()) == CommandOutcome(""))
        }

        @Test func whoeverTypesIsToldSo() {
            harness.isTyped = true
            harness.input = [bytes("a\n")]
            #expect(harness.perform(runInput()) == CommandOutcome("a"))
            harness.errorSize = CommandHarness.terminal
            let ran = harness.perform(runInput())
            #expect(ran.errors.hasPrefix("uv-task: reading the data up to ^D\n"))
            #expect(!harness.perform(run("echo", "given")).errors.contains("^D"))
        }

        @Test func bytesThatAreNoText() {
            harness.input = [bytes("ä"), .success([0x61, 0xFF])]
            #expect(
                harness.perform(runInput())
                    == CommandOutcome("", "uv-task: the data is not UTF-8: byte 3 (counted from 0)\n", 64))
        }

        @Test func moreThanAnyServerTakes() {
            let piece = Result<[UInt8], UVError>.success(
                .init(repeating: 0x61, count: MessageLimits.largestRequest / 4))
            harness.input = [piece, piece, piece, piece, bytes("b")]
            let ran = CommandOutcome("", "uv-task: too large: the data has more than 16777216 bytes\n", 5)
            #expect(harness.perform(runInput()) == ran)
        }

        @Test func anInputThatCannotBeRead() {
            harness.input = [.failure(UVError(code: .invalidArgument, call: "read"))]
            #expect(
                harness.perform(runInput())
                    == CommandOutcome("", "uv-task: cannot read the data from stdin: invalid argument\n", 64)
            )
        }
    }
}
