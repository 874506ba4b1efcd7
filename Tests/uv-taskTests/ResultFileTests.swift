import Foundation
import Libuv
import TaskCore
import TestServers
import Testing

@testable import uv_task

/// `--output`
final class ResultFileTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    let answer = FakeServer.Step.answer(reply(1, #""status":"success","data":"/wAK","encoding":"base64""#))

    var file: String { "\(folder)/out" }
    var content: [UInt8]? { FileManager.default.contents(atPath: file).map(Array.init) }
    var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder) } }

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    @Test(arguments: ["", " --wait"]) func theFileReceivesTheBytes(option: String) throws {
        CommandHarness(answer).onTerminals.expect("result 7 --output \(file)\(option)")
        #expect(content == [0xFF, 0x00, 0x0A])
        #expect(try files == ["out"])
    }

    @Test func aDashIsStdout() throws {
        CommandHarness(answer).onTerminals.expect("result 7 --output -", "\u{FFFD}\0\n")
        #expect(try files.isEmpty)
    }

    @Test(arguments: [("error", 1), ("execute", 2)])
    func withoutAResultTheFileIsNotChanged(state: String, code: Int32) throws {
        try OutputFile.write([1], to: file)
        let harness = CommandHarness(
            .answer(reply(1, #""status":"\#(state)","data":null"#)), .answer(status(2, .execute)))
        #expect(harness.perform("result 7 --output \(file)").code == code)
        #expect(content == [1])
    }

    @Test func aWaitThatIsLostLeavesNoFileAndNamesItInTheNextCommand() throws {
        let ran = CommandHarness(.silence, .silence, .close).perform("result 7 --wait --output \(file)")
        #expect(try ran.code == 6 && ran.output.isEmpty && files.isEmpty)
        #expect(ran.errors.contains(": uv-task result 7 --wait --output \(file) --host"))
    }

    @Test(arguments: ["result 7", "run echo x --wait"])
    func aFileThatCannotBeWrittenIsReportedBeforeConnecting(command: String) {
        let missing = "\(folder)/none/out"
        CommandHarness(port: 1).expect(
            "\(command) --output \(missing)", says: "cannot write to \(missing): no such file or directory", code: 74)
    }

    @Test func aFailedWriteSaysHowToTryAgain() {
        var harness = CommandHarness(.answer(info()), .answer(submitted(2, task: 7)), .answer(success(3, "x")))
        harness.inputReader = { [folder] in
            try? FileManager.default.removeItem(atPath: folder)
            return .success([])
        }
        harness.expect(
            "run echo --wait --output \(file)",
            says: "cannot write the result of task 7 to \(file): no such file or directory; uv-task result 7 "
                + "--output \(file) --instance \(instance)\(harness.options) tries again", code: 74)
    }
}
