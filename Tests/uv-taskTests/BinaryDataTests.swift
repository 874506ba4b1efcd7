import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension ClientCommandsTests {
    /// Task types whose data or results are any bytes.
    struct BinaryDataTests {
        let info = information(
            #"{"name":"text","delay_ms":0},{"name":"thumb","delay_ms":0,"command":true,"data":"base64"}"#)

        func submitted(_ sequence: Int) -> FakeServer.Step {
            .answer(#"{"seq":\#(sequence),"task_id":\#(sequence),"instance":"\#(life)","status":"execute"}"# + "\n")
        }

        func runInput(_ name: String) -> RunCommand {
            RunCommand(
                taskName: name, data: .input(isExact: false), key: "k", waits: false, timeout: nil, isJSON: false)
        }

        // MARK: Data

        @Test func theBytesOfTheInputAllOfThem() {
            let server = FakeServer([.answer(info), submitted(2)])
            var harness = CommandHarness(server)
            harness.input = [.success([0xFF]), .success([0x00, 0x0A])]
            #expect(harness.perform(runInput("thumb")) == CommandOutcome("2\n"))
            #expect(
                server.received == """
                    {"seq":1,"type":"info"}
                    {"seq":2,"type":"run","task_name":"thumb","data":"/wAK","key":"k","instance":"\(life)"}

                    """)
        }

        @Test func theBytesOfAnArgument() {
            let server = FakeServer([.answer(info), submitted(2)])
            #expect(CommandHarness(server).perform(run("thumb", "é\n")) == CommandOutcome("2\n"))
            #expect(server.received.contains(#""data":"w6kK","#))
        }

        @Test func anotherTypeOfTheSameServerTakesText() {
            let server = FakeServer([.answer(info), submitted(2)])
            var harness = CommandHarness(server)
            harness.input = [bytes("é\n")]
            #expect(harness.perform(runInput("text")) == CommandOutcome("2\n"))
            #expect(server.received.contains(#""data":"é","#))
            harness.port = FakeServer([.answer(info)]).port
            harness.input = [.success([0x61, 0xFF])]
            #expect(
                harness.perform(runInput("text"))
                    == CommandOutcome("", "uv-task: the data is not UTF-8: byte 1 (counted from 0)\n", 64))
        }

        @Test func theBytesOfEachLine() {
            let server = FakeServer([.answer(info), submitted(2), submitted(3), submitted(4)])
            var harness = CommandHarness(server)
            harness.input = [.success([0xFF, 0x0A, 0x0A, 0x61])]
            let lines = EachLineCommand(taskName: "thumb", waits: false, timeout: nil, isJSON: false)
            #expect(harness.perform(lines) == CommandOutcome("2\n3\n4\n"))
            for data in ["/w==", "", "YQ=="] { #expect(server.received.contains(#""data":"\#(data)","#)) }
        }

        @Test func aNameThatIsMisspeltIsToldBeforeTheBytes() {
            let sentence = #"no task type is named "thmb"; did you mean thumb? There are: text, thumb"#
            let server = FakeServer([.answer(info)])
            var harness = CommandHarness(server)
            harness.input = [.success([0xFF])]
            #expect(harness.perform(runInput("thmb")) == CommandOutcome("", "uv-task: \(sentence)\n", 5))
            #expect(server.received == "{\"seq\":1,\"type\":\"info\"}\n")
            harness.port = FakeServer([.answer(info)]).port
            let lines = EachLineCommand(taskName: "thmb", waits: false, timeout: nil, isJSON: false)
            harness.input = [.success([0xFF])]
            #expect(harness.perform(lines) == CommandOutcome("", "uv-task: \(sentence)\n", 5))
        }

        @Test func moreThanAnyServerTakes() {
            let most = MessageLimits.largestRequest / 4 * 3
            var harness = CommandHarness(FakeServer([.answer(info)]))
            harness.input = [.success(.init(repeating: 0xFF, count: most)), bytes("\n")]
            let sentence = "too large: the data has more than 12582912 bytes"
            #expect(harness.perform(runInput("thumb")) == CommandOutcome("", "uv-task: \(sentence)\n", 5))
            harness.port = FakeServer([.answer(info)]).port
            harness.input = [.success(.init(repeating: 0xFF, count: most)), bytes("x\n")]
            let lines = EachLineCommand(taskName: "thumb", waits: false, timeout: nil, isJSON: false)
            #expect(
                harness.perform(lines)
                    == CommandOutcome("", "uv-task: line 1: \(sentence); nothing was submitted\n", 5))
        }

        @Test func dataThatTheServerRefuses() {
            let refusal = #"{"seq":2,"error":{"code":"bad_data","message":"it has a byte 0"}}"# + "\n"
            let server = FakeServer([.answer(info), .answer(refusal)])
            #expect(
                CommandHarness(server).perform(run("text", "\0"))
                    == CommandOutcome("", "uv-task: text does not take this data: it has a byte 0\n", 5))
        }

        @Test func aServerThatRefusesToTellOfItself() {
            let refusal = #"{"seq":1,"error":{"code":"draining","message":""}}"# + "\n"
            let said = "uv-task: the daemon is being stopped; try again when it runs again\n"
            let ran = CommandHarness(FakeServer([.answer(refusal)])).perform(run("text", isJSON: true))
            #expect(ran == CommandOutcome(#"{"error":{"code":"draining","message":""}}"# + "\n", said, 5))
        }

        // MARK: Results

        func result(_ data: String..., isJSON: Bool = false) -> (harness: CommandHarness, command: ResultCommand) {
            let steps = data.enumerated().map {
                let members = #""status":"success","data":"\#($1)","encoding":"base64""#
                return FakeServer.Step.answer("{\"seq\":\($0 + 1),\(members)}\n")
            }
            let ids = data.indices.map { id($0 + 7) }
            let command = ResultCommand(TaskSelection(ids), waits: false, timeout: nil, isJSON: isJSON)
            return (CommandHarness(FakeServer(steps)), command)
        }

        func perform(_ data: String..., onTerminal: Bool = false) -> CommandOutcome {
            var (harness, command) = data.count == 1 ? result(data[0]) : result(data[0], data[1])
            harness.outputSize = onTerminal ? CommandHarness.terminal : nil
            return harness.perform(command)
        }

        @Test func theBytesOfAResult() {
            #expect(perform("/wA=") == CommandOutcome("\u{FFFD}\0"))
            #expect(perform("aGk=") == CommandOutcome("hi"))
            #expect(perform("") == CommandOutcome(""))
        }

        @Test func aNewlineWhereThereIsNone() {
            #expect(perform("aGk=", "aGkK") == CommandOutcome("hi\nhi\n"))
            #expect(perform("", "") == CommandOutcome("\n\n"))
            #expect(perform("aGk=", onTerminal: true) == CommandOutcome("hi\n"))
            #expect(perform("aGkK", onTerminal: true) == CommandOutcome("hi\n"))
        }

        @Test(arguments: [("/wA=", 2), ("AA==", 1), ("GzE=", 2), ("wps=", 2)])
        func aTerminalGetsNothingBinary(data: String, count: Int) {
            var (harness, command) = result(data)
            harness.outputSize = CommandHarness.terminal
            let size = count == 1 ? "1 byte" : "2 bytes"
            let sentence =
                "uv-task: the result of task 7, \(size), is binary and not for a terminal; "
                + "uv-task result 7 --output FILE\(options(harness)) writes it to a file\n"
            #expect(harness.perform(command) == CommandOutcome("", sentence))
        }

        @Test func aResultThatIsNoBase64IsForeign() {
            let ran = perform("/w")
            #expect(ran.output.isEmpty && ran.code == 6)
            #expect(ran.errors.contains("is not uv-taskd: a result that is not base64. Check --host and --port"))
        }

        @Test func jsonIsTheReplyAsItIs() {
            let (harness, command) = result("/wA=", isJSON: true)
            let line = #"{"task_id":7,"status":"success","data":"/wA=","encoding":"base64"}"# + "\n"
            #expect(harness.perform(command) == CommandOutcome(line))
        }
    }
}
