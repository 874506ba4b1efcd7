import ArgumentParser
import Foundation
import TaskCore
import TaskServer
import Testing

@testable import uv_taskd

struct TaskFileOptionsTests {
    /// Calls `body` with a file that exists until it returns.
    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).toml")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path)
    }

    private func options(_ arguments: String...) throws -> TaskFileOptions { try TaskDaemon.parse(arguments).taskFile }

    private func failure(_ options: TaskFileOptions) -> [String] {
        do throws(TaskFileFailure) {
            _ = try options.types()
            return []
        } catch {
            return error.lines
        }
    }

    @Test func withoutAFileOnlyTheBuiltInTypesExist() throws {
        let types = try options().types()
        #expect(types.map(\.name) == TaskType.builtIn.map(\.name))
        #expect(try TaskDaemon.parse(["--kill-after", "250ms"]).serverConfiguration.killTime == 250)
    }

    @Test func theTypesOfAFileFollowTheBuiltInTypes() throws {
        try withFile("[tasks.a]\ncommand = ['true']") { file in
            let all = try options("--tasks", file).types()
            #expect(all.map(\.name) == TaskType.builtIn.map(\.name) + ["a"])
            let own = try options("--tasks", file, "--no-built-in").types()
            #expect(own.map(\.name) == ["a"])
        }
    }

    @Test func aBuiltInNameIsFreeWithoutTheBuiltInTypes() throws {
        try withFile("[tasks.echo]\ncommand = ['cat']") { file in
            let own = try options("--tasks", file, "--no-built-in").types()
            #expect(own.first?.command != nil)
            #expect(
                try failure(options("--tasks", file)) == [
                    """
                    \(file):1: tasks.echo: is a built-in task type; choose another name, or leave those out with \
                    --no-built-in
                    """
                ])
        }
    }

    @Test func anUnreadableFileIsExplained() throws {
        #expect(
            try failure(options("--tasks", "/no/such/file")) == [
                "cannot read /no/such/file: no such file or directory. Give --tasks a file that can be read"
            ])
        #expect(try failure(options("--tasks", "/")).count == 1)
        try withFile(String(repeating: "#", count: (1 << 20) + 1)) { file in
            let lines = failure(try options("--tasks", file))
            #expect(
                lines == [
                    "\(file): is longer than 1048576 bytes, the limit for a task file"
                ])
        }
    }

    @Test func aMissingProgramIsAWarning() throws {
        try withFile("[tasks.a]\ncommand = ['no-such-program']") { file in
            let (output, warnings) = try options("--tasks", file, "--check").report()
            #expect(
                output.hasPrefix("\(file): 1 task type, and 5 built-in ones\n\na\n  command      no-such-program\n"))
            #expect(
                warnings == [
                    """
                    \(file): warning: task type a: there is no program no-such-program in the PATH; until there is, its \
                    tasks fail
                    """
                ])
        }
    }

    @Test(arguments: [["--check"], ["--no-built-in"], ["--check", "--no-built-in"]])
    func checkAndNoBuiltInNeedAFile(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try TaskDaemon.parse(arguments) }
        #expect(error.map { TaskDaemon.exitCode(for: $0).rawValue } == 64)
        #expect(
            error.map { TaskDaemon.message(for: $0) }
                == "\(arguments[0]) needs --tasks and a file with task types")
    }
}
