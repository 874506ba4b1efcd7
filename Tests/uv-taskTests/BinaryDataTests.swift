import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    /// Task types with binary data or results.
    struct BinaryDataTests {
        let info = information(
            #"{"name":"text","delay_ms":0},{"name":"thumb","delay_ms":0,"command":true,"data":"base64"}"#)

        func submitted(_ sequence: Int) -> FakeServer.Step {
            .answer(#"{"seq":\#(sequence),"task_id":\#(sequence),"instance":"\#(instance)","status":"execute"}"# + "\n")
        }

        // MARK: Data

        @Test func allBytesOfTheInputAreTheData() {
            let server = FakeServer([.answer(info), submitted(2)])
            var harness = CommandHarness(server)
            harness.input = [.success([0xFF]), .success([0x00, 0x0A])]
            #expect(harness.perform("run", "thumb", "--key", "k") == CommandOutcome("2\n"))
            #expect(
                server.received == """
                    {"seq":1,"type":"info"}
                    {"seq":2,"type":"run","task_name":"thumb","data":"/wAK","key":"k","instance":"\(instance)"}

                    """)
        }

        @Test func theBytesOfAnArgumentAreTheData() {
            let server = FakeServer([.answer(info), submitted(2)])
            #expect(CommandHarness(server).perform("run", "thumb", "é\n") == CommandOutcome("2\n"))
            #expect(server.received.contains(#""data":"w6kK","#))
        }

        @Test func textTypesTakeText() {
            let server = FakeServer([.answer(info), submitted(2)])
            var harness = CommandHarness(server)
            harness.input = [bytes("é\n")]
            #expect(harness.perform("run", "text") == CommandOutcome("2\n"))
            #expect(server.received.contains(#""data":"é","#))
            harness.port = FakeServer([.answer(info)]).port
            harness.input = [.success([0x61, 0xFF])]
            #expect(
                harness.perform("run", "text")
                    == CommandOutcome("", "uv-task: the data is not UTF-8: byte 1 (counted from 0)\n", 64))
        }

        @Test func theBytesOfEachLineAreTheData() {
            let server = FakeServer([.answer(info), submitted(2), submitted(3), submitted(4)])
            var harness = CommandHarness(server)
            harness.input = [.success([0xFF, 0x0A, 0x0A, 0x61])]
            #expect(harness.perform("run", "thumb", "--each-line") == CommandOutcome("2\n3\n4\n"))
            for data in ["/w==", "", "YQ=="] { #expect(server.received.contains(#""data":"\#(data)","#)) }
        }

        @Test func aMisspelledNameIsReportedBeforeTheBytes() {
            let sentence = #"no task type has the name "thmb" (did you mean thumb?); there are text, thumb"#
            let server = FakeServer([.answer(info)])
            var harness = CommandHarness(server)
            harness.input = [.success([0xFF])]
            #expect(harness.perform("run", "thmb") == CommandOutcome("", "uv-task: \(sentence)\n", 5))
            #expect(server.received == "{\"seq\":1,\"type\":\"info\"}\n")
            harness.port = FakeServer([.answer(info)]).port
            #expect(harness.perform("run", "thmb", "--each-line") == CommandOutcome("", "uv-task: \(sentence)\n", 5))
        }

        @Test func dataThatNoServerAccepts() {
            let most = Limits.longestRequest / 4 * 3
            var harness = CommandHarness(FakeServer([.answer(info)]))
            harness.input = [.success(.init(repeating: 0xFF, count: most)), bytes("\n")]
            let sentence = "too large: the data has more than 12582912 bytes"
            #expect(harness.perform("run", "thumb", "--key", "k") == CommandOutcome("", "uv-task: \(sentence)\n", 5))
            harness.port = FakeServer([.answer(info)]).port
            harness.input = [.success(.init(repeating: 0xFF, count: most)), bytes("x\n")]
            #expect(
                harness.perform("run", "thumb", "--each-line")
                    == CommandOutcome("", "uv-task: line 1: \(sentence); nothing was submitted\n", 5))
        }

        @Test func dataThatTheServerRefuses() {
            let refusal = #"{"seq":2,"error":{"code":"bad_data","message":"it has a byte 0"}}"# + "\n"
            let server = FakeServer([.answer(info), .answer(refusal)])
            #expect(
                CommandHarness(server).perform("run", "text", "\0")
                    == CommandOutcome("", "uv-task: it has a byte 0\n", 5))
        }

        @Test func aRefusedInfoRequest() {
            let refusal = #"{"seq":1,"error":{"code":"draining","message":""}}"# + "\n"
            let message = "uv-task: draining; try again when it runs again\n"
            let ran = CommandHarness(FakeServer([.answer(refusal)])).perform("run", "text", "", "--json")
            #expect(ran == CommandOutcome(#"{"error":{"code":"draining","message":""}}"# + "\n", message, 5))
        }

        // MARK: Results

        /// A server with the results of the tasks 7, 8, and so on.
        func harness(_ data: [String]) -> CommandHarness {
            let steps = data.enumerated().map {
                let members = #""status":"success","data":"\#($1)","encoding":"base64""#
                return FakeServer.Step.answer("{\"seq\":\($0 + 1),\(members)}\n")
            }
            return CommandHarness(FakeServer(steps))
        }

        func perform(_ data: String..., onTerminal: Bool = false) -> CommandOutcome {
            var harness = harness(data)
            harness.outputSize = onTerminal ? CommandHarness.terminal : nil
            return harness.perform(["result"] + data.indices.map { "\($0 + 7)" })
        }

        @Test func aResultIsPrintedAsItsBytes() {
            #expect(perform("/wA=") == CommandOutcome("\u{FFFD}\0"))
            #expect(perform("aGk=") == CommandOutcome("hi"))
            #expect(perform("") == CommandOutcome(""))
        }

        @Test func aNewlineIsAddedForSeveralTasksAndTerminals() {
            #expect(perform("aGk=", "aGkK") == CommandOutcome("hi\nhi\n"))
            #expect(perform("", "") == CommandOutcome("\n\n"))
            #expect(perform("aGk=", onTerminal: true) == CommandOutcome("hi\n"))
            #expect(perform("aGkK", onTerminal: true) == CommandOutcome("hi\n"))
        }

        @Test(arguments: [("/wA=", 2), ("AA==", 1), ("GzE=", 2), ("wps=", 2)])
        func aTerminalGetsNothingBinary(data: String, count: Int) {
            var harness = harness([data])
            harness.outputSize = CommandHarness.terminal
            let size = count == 1 ? "1 byte" : "2 bytes"
            let sentence =
                "uv-task: the result of task 7, \(size), is binary and not for a terminal; "
                + "uv-task result 7 --output FILE\(harness.options) writes it to a file\n"
            #expect(harness.perform("result", "7") == CommandOutcome("", sentence))
        }

        @Test func aResultThatIsNotBase64IsForeign() {
            let ran = perform("/w")
            #expect(ran.output.isEmpty && ran.code == 6)
            #expect(ran.errors.contains("is not uv-taskd: a result that is not base64. Check --host and --port"))
        }

        @Test func jsonIsTheReply() {
            let line = #"{"task_id":7,"status":"success","data":"/wA=","encoding":"base64"}"# + "\n"
            #expect(harness(["/wA="]).perform("result", "7", "--json") == CommandOutcome(line))
        }
    }
}
