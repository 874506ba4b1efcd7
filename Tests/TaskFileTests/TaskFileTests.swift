import TaskCore
import Testing

@testable import TaskFile

/// The mistakes in a file as they are printed, under the name `f`.
func mistakes(_ text: String, beside others: [TaskType] = []) -> [String] {
    do throws(TaskFileMistakes) {
        _ = try TaskFile(Array(text.utf8), beside: others)
        return []
    } catch {
        return error.mistakes.map { $0.text(in: "f") }
    }
}

/// The type of a file with one type that has a command and these keys.
private func type(_ keys: String) throws -> TaskType {
    let file = try TaskFile(Array("[tasks.a]\ncommand = ['x']\n\(keys)".utf8))
    return try #require(file.types.first)
}

private func command(_ keys: String) throws -> Command { try #require(try type(keys).command) }

/// `TaskFileReportTests` show that every key is read.
struct TaskFileTests {
    @Test func onlyTheCommandIsRequired() throws {
        let type = try type("")
        #expect(type.command == Command([CommandArgument("x")]) && type.description == nil)
    }

    @Test func aDescriptionMayHaveAnyVisibleCharacter() throws {
        let text = "Снимок 👨‍👩‍👧 — \u{a0}\"x\""
        #expect(try type("description = '\(text)'").description == text)
    }

    @Test func typesAreInTheOrderOfTheFile() throws {
        let text = ["zeta", "alpha", "\"пример\"", "'a.b/c'"].map { "[tasks.\($0)]\ncommand = ['true']\n" }.joined()
        #expect(try TaskFile(Array(text.utf8)).types.map(\.name) == ["zeta", "alpha", "пример", "a.b/c"])
    }

    @Test func timesAndSizesAreTextsOrNumbers() throws {
        for (value, milliseconds) in [("'500ms'", 500), ("'1.5'", 1500), ("7", 7000)] {
            let command = try command("timeout = \(value)\nexpected = \(value)")
            #expect(command.timeout == .milliseconds(milliseconds) && command.expected == command.timeout)
        }
        for (value, bytes) in [
            ("'64KiB'", 65536), ("1", 1), ("10485760", 10 << 20), ("'16MiB'\nresult = 'base64'", 16 << 20),
        ] { #expect(try command("max_output = \(value)").maximumOutput == bytes) }
    }

    @Test func aFileDefines1000Types() throws {
        func file(_ count: Int) -> String { (1...count).map { "[tasks.t\($0)]\ncommand = ['true']\n" }.joined() }
        #expect(mistakes(file(1000)) == [])
        #expect(mistakes(file(1002)) == ["f:2001: tasks: has 1002 task types; the limit is 1000"])
    }

    @Test func aFileHasOneMebibyte() {
        let start = "[tasks.a]\ncommand = ['true']\n#"
        let longest = start + String(repeating: "x", count: (1 << 20) - start.utf8.count)
        #expect(mistakes(longest) == [])
        #expect(mistakes(longest + "x") == ["f: is longer than 1048576 bytes, the limit for a task file"])
    }
}
