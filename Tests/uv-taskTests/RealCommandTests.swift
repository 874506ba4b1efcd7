import Foundation
import Libuv
import TaskCore
import TaskProtocol
import TestServers
import Testing

@testable import uv_task

extension ClientCommandsTests {
    /// Task types that run programs, on the real server.
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
                // Goes on when a reader of its log has written what it read.
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

        func log(_ number: Int, follows: Bool = false) -> LogCommand {
            LogCommand(id(number), of: nil, from: 0, follows: follows, isJSON: false)
        }

        @Test func bytesGoInAndComeOut() {
            let data = [UInt8](0...255) + [0x0A]
            harness.input = [.success(data)]
            let run = RunCommand(
                taskName: "copy", data: .input(isExact: false), key: nil, waits: true, timeout: nil,
                file: "\(folder)/out", isJSON: false)
            #expect(harness.perform(run) == CommandOutcome(""))
            #expect(FileManager.default.contents(atPath: "\(folder)/out").map(Array.init) == data)
            harness.input = [bytes("a\n\u{7F}\nb")]
            let lines = EachLineCommand(taskName: "copy", waits: true, timeout: nil, isJSON: false)
            #expect(harness.perform(lines) == CommandOutcome("a\n\u{7F}\nb\n"))
        }

        @Test func textIsAsItWas() {
            harness.input = [bytes("four\n")]
            let run = RunCommand(
                taskName: "count", data: .input(isExact: false), key: nil, waits: true, timeout: nil, isJSON: false)
            #expect(harness.perform(run) == CommandOutcome("4"))
        }

        @Test func whatACommandSaid() {
            let ran = harness.perform(run("fail", waits: true))
            #expect(ran.output.isEmpty && ran.code == 1)
            let said = "the command exited with status 3; it said: \"no such file\""
            #expect(
                ran.errors.hasPrefix("uv-task: task 1 ended in error: \(said). All it said: uv-task log 1 --instance "))
            #expect(harness.perform(log(1)) == CommandOutcome("one\nno such file\n"))
            harness.errorSize = CommandHarness.terminal
            let status = StatusCommand(TaskSelection([id(1)]), isJSON: false)
            #expect(harness.perform(status) == CommandOutcome("error\n", "error: \(said)\n"))
        }

        @Test func aLogAsItComes() {
            _ = harness.perform(run("steps"))
            var written = 0
            harness.onOutput = { [folder] _ throws(UVError) in
                written += 1
                _ = FileManager.default.createFile(atPath: "\(folder)/\(written)", contents: nil)
            }
            #expect(harness.perform(log(1, follows: true)) == CommandOutcome("1\n2\n3\nend"))
            #expect(written >= 4)
        }

        @Test func aFunctionWritesNothing() {
            _ = harness.perform(run("echo", waits: true))
            #expect(harness.perform(log(1, follows: true)) == CommandOutcome(""))
            #expect(harness.perform(log(2)).code == 3)
        }

        @Test func howLongItTakesIsNotKnown() {
            _ = harness.perform(run("sleep"))
            harness.errorSize = CommandHarness.terminal
            #expect(harness.perform(run("sleep")) == CommandOutcome("2\n", "next in the queue\n"))
            var drawn: [String] = []
            harness.onError = { [signals = harness.signals] in
                drawn.append($0)
                if drawn.count == 2 { signals.raise(.interrupt) }
            }
            let result = ResultCommand(TaskSelection([id(1)]), waits: true, timeout: nil, isJSON: false)
            #expect(harness.perform(result).code == 130)
            #expect(drawn.first?.hasPrefix("\r\u{1B}[Jtask 1: running for ") == true, "\(drawn)")
        }

        @Test func infoTellsWhichTypesRunCommands() {
            let words = harness.perform(ServerCommand(.info, isJSON: false)).output
            #expect(
                words.contains(
                    "task type copy     a command, how long it takes is not known yet, binary data and result: Runs copy\n"
                ))
            #expect(words.contains("task type echo     at once\n"))
        }
    }
}
