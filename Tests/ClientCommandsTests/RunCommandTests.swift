import Libuv
import TaskServer
import TestServers
import Testing
import Wire

@testable import ClientCommands

extension ClientCommandsTests {
    final class RunCommandTests {
        let server = LiveServer(types) { $0.maximumMessage = 1000 }
        var stage: Stage

        init() { stage = Stage(server) }
        deinit { server.end() }

        @Test func theIdIsPrinted() {
            #expect(stage.perform(run("echo", "x")) == Ran("1\n"))
            stage.errorSize = Stage.terminal
            _ = stage.perform(run("long"))
            let next = stage.perform(run("long"))
            #expect(next == Ran("3\n", "next in the queue, done in about 2 h\n"))
        }

        @Test func theResultIsPrintedAsItsBytes() {
            #expect(stage.perform(run("echo", "a\u{1B}[31m\n", waits: true)) == Ran("a\u{1B}[31m\n"))
            #expect(stage.perform(run("echo", "", waits: true)) == Ran(""))
            stage.outputSize = Stage.terminal
            #expect(stage.perform(run("echo", "a\u{1B}[31m", waits: true)) == Ran("a\\u{1B}[31m\n"))
        }

        @Test func aTaskThatEndsInError() {
            let failed = Ran("", "uv-task: task 1 ended in error: too much of it (failed)\n", 1)
            #expect(stage.perform(run("bad", waits: true)) == failed)
        }

        @Test func aWaitThatTimesOut() {
            _ = stage.perform(run("long"))
            let ran = stage.perform(run("echo", waits: true, timeout: 20))
            #expect(
                ran
                    == Ran(
                        "", "uv-task: task 2 has not ended within 20 ms: next in the queue, done in about 60 min\n", 4))
        }

        @Test func anUnknownName() {
            let ran = stage.perform(run("ecko"))
            #expect(
                ran
                    == Ran(
                        "",
                        "uv-task: no task type is named \"ecko\"; did you mean echo? There are: echo, short, long, bad\n",
                        5))
        }

        @Test func jsonIsTheReplyInALine() {
            let ran = stage.perform(run("echo", isJSON: true))
            #expect(ran.output.hasPrefix("{\"task_id\":1,\"instance\":\""))
            #expect(ran.output.hasSuffix("}\n") && ran.errors.isEmpty && ran.code == 0)
            let result = "{\"task_id\":2,\"status\":\"success\",\"data\":\"x\"}\n"
            #expect(stage.perform(run("echo", "x", waits: true, isJSON: true)) == Ran(result))
            let refused = stage.perform(run("ecko", isJSON: true))
            #expect(refused.output.hasPrefix("{\"error\":{\"code\":\"unknown_task_name\","))
            #expect(refused.errors.hasPrefix("uv-task: no task type is named") && refused.code == 5)
        }

        @Test func jsonOnATerminalHasNothingThatItWouldObey() {
            let data = "\u{9B}31m\u{202E}\u{7F}"
            let raw = "{\"task_id\":1,\"status\":\"success\",\"data\":\"\(data)\"}\n"
            #expect(stage.perform(run("echo", data, waits: true, isJSON: true)) == Ran(raw))
            stage.outputSize = Stage.terminal
            let escaped = #"{"task_id":2,"status":"success","data":"\u009B31m\u202E\u007F"}"# + "\n"
            #expect(stage.perform(run("echo", data, waits: true, isJSON: true)) == Ran(escaped))
            stage.input = [bytes(data)]
            let lines = EachLineCommand(taskName: "echo", waits: true, timeout: nil, isJSON: true)
            #expect(stage.perform(lines).output.contains(#""\u009B31m\u202E\u007F""#))
        }

        @Test func aKeyMakesOneTask() {
            let first = RunCommand(
                taskName: "echo", data: .given("x"), key: "k", waits: false, timeout: nil, isJSON: false)
            #expect(stage.perform(first) == Ran("1\n"))
            #expect(stage.perform(first) == Ran("1\n"))
            let other = RunCommand(
                taskName: "echo", data: .given("y"), key: "k", waits: false, timeout: nil, isJSON: false)
            #expect(stage.perform(other).code == 5)
        }

        @Test func aMessageThatIsTooLargeForTheServer() {
            let ran = stage.perform(run("echo", String(repeating: "x", count: 1000)))
            #expect(ran.code == 5)
            #expect(ran.errors.hasPrefix("uv-task: too large: the daemon takes at most 1000 bytes"))
        }

        @Test(arguments: [nil, "k"]) func aSubmitWithoutAnAnswer(key: String?) {
            let server = FakeServer([.answer(infoReply), .silence])
            var stage = Stage(server)
            stage.connectTimeout = 60
            let command = RunCommand(
                taskName: "echo", data: .given(""), key: key, waits: true, timeout: nil, isJSON: false)
            let ran = stage.perform(command)
            let open = "within 0.06 s; --connect-timeout sets the time. It is not known whether the task was queued"
            #expect(ran.output.isEmpty && ran.code == 6 && ran.errors.contains(open))
            let advice = key == nil ? "; uv-task list\(options(stage)) shows the newest tasks" : "the same --key"
            #expect(ran.errors.contains(advice))
        }

        @Test func aServerThatWasRestarted() {
            let restarted = #"{"seq":2,"error":{"code":"restarted","message":""}}"# + "\n"
            let server = FakeServer(connections: [[.answer(infoReply), .silence, .close], [.answer(restarted)]])
            let ran = Stage(server).perform(run("echo"))
            #expect(ran.output.isEmpty && ran.code == 6)
            #expect(ran.errors.contains("was restarted before it answered, and it is not known whether the task ran."))
        }

        // MARK: Data from the input

        func runInput(isExact: Bool = false) -> RunCommand {
            RunCommand(
                taskName: "echo", data: .input(isExact: isExact), key: nil, waits: true, timeout: nil, isJSON: false)
        }

        @Test func oneFinalNewlineGoes() {
            stage.input = [bytes("a\n"), bytes("b\n\n")]
            #expect(stage.perform(runInput()) == Ran("a\nb\n"))
            #expect(stage.perform(runInput(isExact: true)) == Ran("a\nb\n\n"))
            stage.input = []
            #expect(stage.perform(runInput()) == Ran(""))
        }

        @Test func whoeverTypesIsToldSo() {
            stage.isTyped = true
            stage.input = [bytes("a\n")]
            #expect(stage.perform(runInput()) == Ran("a"))
            stage.errorSize = Stage.terminal
            let ran = stage.perform(runInput())
            #expect(ran.errors.hasPrefix("uv-task: reading the data up to ^D\n"))
            #expect(!stage.perform(run("echo", "given")).errors.contains("^D"))
        }

        @Test func bytesThatAreNoText() {
            stage.input = [bytes("ä"), .success([0x61, 0xFF])]
            #expect(
                stage.perform(runInput()) == Ran("", "uv-task: the data is not UTF-8: byte 3 (counted from 0)\n", 64))
        }

        @Test func moreThanAnyServerTakes() {
            let piece = Result<[UInt8], UVError>.success(
                .init(repeating: 0x61, count: MessageLimits.largestRequest / 4))
            stage.input = [piece, piece, piece, piece, bytes("b")]
            let ran = Ran("", "uv-task: too large: the data has more than 16777216 bytes\n", 5)
            #expect(stage.perform(runInput()) == ran)
        }

        @Test func anInputThatCannotBeRead() {
            stage.input = [.failure(UVError(code: .invalidArgument, call: "read"))]
            #expect(
                stage.perform(runInput()) == Ran("", "uv-task: cannot read the data from stdin: invalid argument\n", 64)
            )
        }
    }
}
