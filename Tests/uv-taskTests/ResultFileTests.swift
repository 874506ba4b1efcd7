import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    /// `--output`
    final class ResultFileTests {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        let success = #"{"seq":1,"status":"success","data":"/wAK","encoding":"base64"}"# + "\n"

        var file: String { "\(folder)/out" }
        var content: [UInt8]? { FileManager.default.contents(atPath: file).map(Array.init) }

        init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func result(_ file: String? = nil, waits: Bool = false) -> [String] {
            ["result", "7", "--instance", "\(instance)", "--output", file ?? self.file] + (waits ? ["--wait"] : [])
        }

        @Test(arguments: [false, true]) func theFileReceivesTheBytes(isOnTerminal: Bool) throws {
            var harness = CommandHarness(FakeServer([.answer(success)]))
            harness.outputSize = isOnTerminal ? CommandHarness.terminal : nil
            #expect(harness.perform(result(waits: isOnTerminal)) == CommandOutcome(""))
            #expect(content == [0xFF, 0x00, 0x0A])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out"])
        }

        @Test func runWritesAFile() {
            let server = LiveServer(types)
            defer { server.end() }
            var harness = CommandHarness(server)
            harness.input = [bytes("a\u{1B}")]
            #expect(harness.perform("run", "echo", "--wait", "--output", file) == CommandOutcome(""))
            #expect(content == [0x61, 0x1B])
        }

        @Test func aDashIsStdout() throws {
            var harness = CommandHarness(FakeServer([.answer(success)]))
            harness.outputSize = CommandHarness.terminal
            #expect(harness.perform(result("-")) == CommandOutcome("\u{FFFD}\0\n"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }

        @Test(arguments: [
            (#""status":"error","data":null"#, 1), (#""status":"execute","data":null"#, 2),
        ]) func withoutAResultTheFileIsNotChanged(members: String, code: Int32) throws {
            try OutputFile.write([1], to: file)
            let standing = #"{"seq":2,"status":"execute"}"# + "\n"
            let server = FakeServer([.answer("{\"seq\":1,\(members)}\n"), .answer(standing)])
            #expect(CommandHarness(server).perform(result()).code == code)
            #expect(content == [1])
        }

        @Test func aFileThatCannotBeWrittenIsReportedFirst() {
            let missing = "\(folder)/none/out"
            let sentence = "uv-task: cannot write to \(missing): no such file or directory\n"
            let harness = CommandHarness(port: 1)
            #expect(harness.perform(result(missing)) == CommandOutcome("", sentence, 74))
            let run = harness.perform("run", "echo", "", "--wait", "--output", missing)
            #expect(run == CommandOutcome("", sentence, 74))
        }

        @Test func aFileThatCanNoLongerBeWritten() {
            let submitted = #"{"seq":2,"task_id":7,"instance":"\#(instance)","status":"execute"}"# + "\n"
            let done = #"{"seq":3,"status":"success","data":"x"}"# + "\n"
            var harness = CommandHarness(FakeServer([.answer(infoReply), .answer(submitted), .answer(done)]))
            harness.inputReader = { [folder] in
                try? FileManager.default.removeItem(atPath: folder)
                return .success([])
            }
            let sentence =
                "uv-task: cannot write the result of task 7 to \(file): no such file or directory; uv-task result 7 "
                + "--output \(file) --instance \(instance)\(harness.options) tries again\n"
            #expect(harness.perform("run", "echo", "--wait", "--output", file) == CommandOutcome("", sentence, 74))
        }

        @Test func theSuggestedCommandNamesTheFile() {
            let ran = CommandHarness(FakeServer([.silence, .silence, .close])).perform(result(waits: true))
            #expect(ran.code == 6 && ran.output.isEmpty)
            #expect(ran.errors.contains(": uv-task result 7 --wait --output \(file) --instance \(instance) --host"))
        }
    }
}
