import TaskCore
import TestServers
import Testing

@testable import uv_task

/// Task types with binary data or results.
struct BinaryDataTests {
    let information = info(
        types: #"{"name":"text","delay_ms":0},{"name":"thumb","delay_ms":0,"command":true,"data":"base64"}"#)

    // MARK: Data

    @Test func allBytesOfTheInputAreTheData() {
        let server = FakeServer([.answer(information), .answer(submitted(2, task: 2))])
        var harness = CommandHarness(server)
        harness.input = [.success([0xFF]), .success([0x00, 0x0A])]
        harness.expect("run thumb --key k", "2\n")
        #expect(
            server.received == """
                {"seq":1,"type":"info"}
                {"seq":2,"type":"run","task_name":"thumb","data":"/wAK","key":"k","instance":"\(instance)"}

                """)
    }

    @Test(arguments: [("thumb", "w6k="), ("text", "é")])
    func theTypeDecidesHowAnArgumentIsSent(type: String, data: String) {
        let server = FakeServer([.answer(information), .answer(submitted(2, task: 2))])
        CommandHarness(server).expect("run \(type) é", "2\n")
        #expect(server.received.contains(#""data":"\#(data)","#))
    }

    @Test func theBytesOfEachLineAreTheData() {
        let server = FakeServer([.answer(information)] + (2...4).map { .answer(submitted($0, task: $0)) })
        var harness = CommandHarness(server)
        harness.input = [.success([0xFF, 0x0A, 0x0A, 0x61])]
        harness.expect("run thumb --each-line", "2\n3\n4\n")
        for data in ["/w==", "", "YQ=="] { #expect(server.received.contains(#""data":"\#(data)","#)) }
    }

    @Test(arguments: ["", " --each-line"]) func aMisspelledNameIsReportedBeforeTheBytes(option: String) {
        let server = FakeServer([.answer(information)])
        var harness = CommandHarness(server)
        harness.input = [.success([0xFF])]
        let sentence = #"no task type has the name "thmb" (did you mean thumb?); there are text, thumb"#
        harness.expect("run thmb\(option)", says: sentence, code: 5)
        #expect(server.received == "{\"seq\":1,\"type\":\"info\"}\n")
    }

    @Test(arguments: [("--key k", "", "\n", ""), ("--each-line", "line 1: ", "x\n", "; nothing was submitted")])
    func dataThatNoServerAcceptsIsNotSent(option: String, line: String, surplus: String, end: String) {
        var harness = CommandHarness(.answer(information))
        harness.input = [.success(.init(repeating: 0xFF, count: Limits.longestRequest / 4 * 3)), bytes(surplus)]
        let sentence = "\(line)too large: the data has more than 12582912 bytes\(end)"
        harness.expect("run thumb \(option)", says: sentence, code: 5)
    }

    // MARK: Results

    /// A server with the results of the tasks 7, 8, and so on.
    func harness(_ results: [String], onTerminal: Bool = false) -> CommandHarness {
        let answers = results.enumerated().map {
            FakeServer.Step.answer(reply($0 + 1, #""status":"success","data":"\#($1)","encoding":"base64""#))
        }
        let harness = CommandHarness(FakeServer(answers))
        return onTerminal ? harness.onTerminals : harness
    }

    @Test(arguments: [
        (["/wA="], false, "\u{FFFD}\0"), (["aGk="], false, "hi"), ([""], false, ""),
        // A newline is added for several tasks and for a terminal.
        (["aGk=", "aGkK"], false, "hi\nhi\n"), (["", ""], false, "\n\n"), (["aGk="], true, "hi\n"),
        (["aGkK"], true, "hi\n"),
    ]) func aResultIsPrintedAsItsBytes(results: [String], onTerminal: Bool, output: String) {
        let ids = results.indices.map { " \($0 + 7)" }.joined()
        harness(results, onTerminal: onTerminal).expect("result\(ids)", output)
    }

    @Test(arguments: [("/wA=", "2 bytes"), ("AA==", "1 byte")])
    func aTerminalGetsNothingBinary(data: String, size: String) {
        let harness = harness([data], onTerminal: true)
        harness.expect(
            "result 7",
            says: "the result of task 7, \(size), is binary and not for a terminal; uv-task result 7 --output FILE"
                + "\(harness.options) writes it to a file")
    }

    @Test func aResultThatIsNotBase64IsForeign() {
        let ran = harness(["/w"]).perform("result 7")
        #expect(ran.output.isEmpty && ran.code == 6)
        #expect(ran.errors.contains("is not uv-taskd: a result that is not base64. Check --host and --port"))
    }
}
