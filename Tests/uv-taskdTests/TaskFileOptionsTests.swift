import ArgumentParser
import Foundation
import TaskCore
import TaskServer
import Testing

@testable import uv_taskd

final class TaskFileOptionsTests {
    private let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).toml").path

    deinit { try? FileManager.default.removeItem(atPath: file) }

    private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) }

    /// The names of the task types, or the lines of the failure.
    private func types(_ arguments: String...) throws -> [String] {
        let options = try TaskDaemon.parse(arguments).taskFile
        do throws(TaskFileFailure) { return try options.types().map(\.name) } catch { return error.lines }
    }

    @Test func theTypesOfAFileFollowTheBuiltInTypes() throws {
        let builtIn = TaskType.builtIn.map(\.name)
        try write("[tasks.a]\ncommand = ['true']")
        #expect(try types() == builtIn)
        #expect(try types("--tasks", file) == builtIn + ["a"])
        #expect(try types("--tasks", file, "--no-built-in") == ["a"])
    }

    @Test func aBuiltInNameIsFreeWithoutTheBuiltInTypes() throws {
        try write("[tasks.echo]\ncommand = ['cat']")
        #expect(try types("--tasks", file, "--no-built-in") == ["echo"])
        #expect(try types("--tasks", file).first?.hasPrefix("\(file):1: tasks.echo: is a built-in task type") == true)
    }

    @Test(arguments: [
        ("/none", "cannot read /none: no such file or directory. Give --tasks a file that can be read"),
        ("/", "cannot read /: illegal operation on a directory. Give --tasks a file that can be read"),
        // It never ends.
        ("/dev/zero", "/dev/zero: is longer than 1048576 bytes, the limit for a task file"),
    ]) func anUnreadableFileIsExplained(file: String, line: String) throws {
        #expect(try types("--tasks", file) == [line])
    }

    @Test func aMissingProgramIsAWarning() throws {
        try write("[tasks.a]\ncommand = ['no-such-program']")
        let (output, warnings) = try TaskDaemon.parse(["--tasks", file, "--check"]).taskFile.report()
        #expect(output.hasPrefix("\(file): 1 task type, and 5 built-in ones\n\na\n  command      no-such-program\n"))
        let cause = "there is no program no-such-program in the PATH; until there is, its tasks fail"
        #expect(warnings == ["\(file): warning: task type a: \(cause)"])
    }

    @Test(arguments: [["--check"], ["--no-built-in"], ["--check", "--no-built-in"]])
    func checkAndNoBuiltInNeedAFile(arguments: [String]) {
        #expect(usageError(arguments) == "\(arguments[0]) needs --tasks and a file with task types")
    }
}
