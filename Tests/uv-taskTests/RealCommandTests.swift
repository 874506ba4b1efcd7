import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension CommandTests {
    /// Task types that run programs.
    final class RealCommandTests {
        let folder: String
        let server: LiveServer
        var harness: CommandHarness

        init() throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            self.folder = folder
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            func type(_ name: String, _ script: String, _ encoding: DataEncoding = .text) -> TaskType {
                var command = Command(["sh", "-c", script].map { CommandArgument($0) })
                command.data = encoding
                command.result = encoding
                command.directory = folder
                return TaskType(name: name, description: "Runs \(name)", work: .command(command))
            }
            server = LiveServer([
                type("copy", "cat", .base64), type("count", "wc -c | tr -d ' \\n'"),
                type("fail", "echo one >&2; echo no such file >&2; exit 3"),
                // Continues when the reader of its log has written what it read.
                type(
                    "steps",
                    "for n in 1 2 3; do echo $n >&2; until [ -e $n ]; do sleep 0.01; done; done; printf end >&2"),
                type("sleep", "exec sleep 3600"), TaskType(name: "echo", delay: .zero) { $0 },
            ])
            harness = CommandHarness(server)
        }

        deinit {
            server.end()
            try? FileManager.default.removeItem(atPath: folder)
        }

        @Test func bytesArePassedUnchanged() {
            let data = [UInt8](0...255) + [0x0A]
            harness.input = [.success(data)]
            #expect(harness.perform("run", "copy", "--wait", "--output", "\(folder)/out") == CommandOutcome(""))
            #expect(FileManager.default.contents(atPath: "\(folder)/out").map(Array.init) == data)
            harness.input = [bytes("a\n\u{7F}\nb")]
            #expect(harness.perform("run", "copy", "--each-line", "--wait") == CommandOutcome("a\n\u{7F}\nb\n"))
        }

        @Test func textIsPassedUnchanged() {
            harness.input = [bytes("four\n")]
            #expect(harness.perform("run", "count", "--wait") == CommandOutcome("4"))
        }

        @Test func theErrorOutputOfACommand() {
            let ran = harness.perform("run", "fail", "", "--wait")
            #expect(ran.output.isEmpty && ran.code == 1)
            let said = "the command exited with status 3; it said: \"no such file\""
            #expect(
                ran.errors.hasPrefix("uv-task: task 1 ended in error: \(said). All it said: uv-task log 1 --instance "))
            #expect(harness.perform("log", "1") == CommandOutcome("one\nno such file\n"))
            harness.errorSize = CommandHarness.terminal
            #expect(harness.perform("status", "1") == CommandOutcome("error\n", "error: \(said)\n"))
        }

        @Test func aLogIsFollowed() {
            _ = harness.perform("run", "steps", "")
            var written = 0
            harness.onOutput = { [folder] _ throws(UVError) in
                written += 1
                _ = FileManager.default.createFile(atPath: "\(folder)/\(written)", contents: nil)
            }
            #expect(harness.perform("log", "1", "--follow") == CommandOutcome("1\n2\n3\nend"))
            #expect(written >= 4)
        }

        @Test func aFunctionHasNoLog() {
            _ = harness.perform("run", "echo", "", "--wait")
            #expect(harness.perform("log", "1", "--follow") == CommandOutcome(""))
            #expect(harness.perform("log", "2").code == 3)
        }

        @Test func anUnknownDuration() {
            _ = harness.perform("run", "sleep", "")
            harness.errorSize = CommandHarness.terminal
            #expect(harness.perform("run", "sleep", "") == CommandOutcome("2\n", "next in the queue\n"))
            var drawn: [String] = []
            harness.onError = { [signals = harness.signals] in
                drawn.append($0)
                if drawn.count == 2 { signals.raise(.interrupt) }
            }
            #expect(harness.perform("result", "1", "--wait").code == 130)
            #expect(drawn.first?.hasPrefix("\r\u{1B}[Jtask 1: running for ") == true, "\(drawn)")
        }

        @Test func infoShowsWhichTypesRunCommands() {
            let words = harness.perform("info").output
            #expect(
                words.contains(
                    "task type copy     a command, how long it takes is not known yet, binary data and result: Runs copy\n"
                ))
            #expect(words.contains("task type echo     at once\n"))
        }
    }
}
