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

struct TaskFileTests {
    @Test func readsEveryKey() throws {
        let text = """
            # Pictures
            [tasks.thumbnail]
            description = "Scale a picture to 128 pixels"
            command     = ["convert", "-", "-resize", "128x128", "png:-"]
            data        = "base64"
            result      = "base64"
            timeout     = "30s"
            max_output  = "4MiB"
            expected    = "2s"
            directory   = "/srv/work"
            environment = { LANG = "C.UTF-8", EMPTY = "" }
            """
        let type = try #require(try TaskFile(Array(text.utf8)).types.first)
        #expect(type.name == "thumbnail" && type.description == "Scale a picture to 128 pixels")
        var expected = Command(["convert", "-", "-resize", "128x128", "png:-"].map { CommandArgument($0) })
        expected.data = .base64
        expected.result = .base64
        expected.timeout = .seconds(30)
        expected.maximumOutput = 4 << 20
        expected.expected = .seconds(2)
        expected.directory = "/srv/work"
        expected.environment = ["LANG": "C.UTF-8", "EMPTY": ""]
        #expect(type.command == expected)
    }

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

    @Test(arguments: [
        ("'30s'", 30_000), ("'500ms'", 500), ("'2m'", 120_000), ("'1h'", 3_600_000), ("'1.5'", 1500), ("7", 7000),
    ])
    func times(value: String, milliseconds: Int) throws {
        let command = try command("timeout = \(value)\nexpected = \(value)")
        #expect(command.timeout == .milliseconds(milliseconds))
        #expect(command.expected == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        ("'64KiB'", 65536), ("1", 1), ("10485760", 10 << 20), ("'10MiB'", 10 << 20), ("'5'", 5),
        ("'16MiB'\nresult = 'base64'", 16 << 20),
    ])
    func sizes(value: String, bytes: Int) throws {
        #expect(try command("max_output = \(value)").maximumOutput == bytes)
    }

    @Test func argumentsContainDataAndID() throws {
        let text = #"tasks.a.command = ["x", "--id={id}", "in-{data}.{id}", "{ data }", "--", "{data}"]"#
        let command = try #require(try TaskFile(Array(text.utf8)).types.first?.command)
        #expect(
            command.arguments(for: try #require(TaskID(rawValue: 7)), data: "d") == [
                "x", "--id=7", "in-d.7", "{ data }", "--", "d",
            ])
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

    @Test func everyKeyHasHelpInTheDaemon() {
        let lines = TaskFile.keyHelp.split(separator: "\n")
        #expect(lines.count == TaskKey.all.count - 1)
        #expect(lines[0] == "  description     one line, for people")
        #expect(lines.allSatisfy { $0.count <= 74 })
    }
}
