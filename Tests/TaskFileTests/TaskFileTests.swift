import TaskCore
import Testing

@testable import TaskFile

/// The types of a file; fails with its mistakes.
func types(_ text: String) throws(TaskFileMistakes) -> [TaskType] { try TaskFile(Array(text.utf8)).types }

/// The one command of a file.
func command(_ text: String) throws -> Command {
    try #require(try types(text).first?.command)
}

/// The file's mistakes as they are told, without its name.
func mistakes(_ text: String, beside others: [TaskType] = []) -> [String] {
    do throws(TaskFileMistakes) {
        _ = try TaskFile(Array(text.utf8), beside: others)
        return []
    } catch {
        return error.mistakes.map { $0.text(in: "f") }
    }
}

/// The mistakes of a task type that has a command, and this on its third line.
func mistakes(inValue text: String) -> [String] { mistakes("[tasks.a]\ncommand = [\"x\"]\n\(text)") }

struct TaskFileTests {
    @Test func everyKey() throws {
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
        let read = try types(text)
        #expect(read.map(\.name) == ["thumbnail"])
        #expect(read.first?.description == "Scale a picture to 128 pixels")
        var expected = Command(["convert", "-", "-resize", "128x128", "png:-"].map { CommandArgument($0) })
        expected.data = .base64
        expected.result = .base64
        expected.timeout = .seconds(30)
        expected.maximumOutput = 4 << 20
        expected.expected = .seconds(2)
        expected.directory = "/srv/work"
        expected.environment = ["LANG": "C.UTF-8", "EMPTY": ""]
        #expect(read.first?.command == expected)
    }

    @Test func onlyACommandIsNeeded() throws {
        #expect(try command("[tasks.a]\ncommand = ['true']") == Command([CommandArgument("true")]))
        #expect(try command("tasks.a.command = ['true']").data == .text)
        #expect(try types("[tasks.a]\ncommand = ['true']").first?.description == nil)
    }

    @Test func descriptionsAreOfAnyCharacters() throws {
        let text = "Снимок 👨‍👩‍👧 — \u{a0}\"x\""
        #expect(try types("[tasks.a]\ncommand = ['x']\ndescription = '\(text)'").first?.description == text)
    }

    @Test func typesStandInTheOrderOfTheFile() throws {
        let text = ["zeta", "alpha", "\"пример\"", "'a.b/c'"].map { "[tasks.\($0)]\ncommand = ['true']\n" }.joined()
        #expect(try types(text).map(\.name) == ["zeta", "alpha", "пример", "a.b/c"])
    }

    @Test(arguments: [
        (#""30s""#, 30_000), (#""500ms""#, 500), (#""2m""#, 120_000), (#""1h""#, 3_600_000), (#""1.5""#, 1500),
        ("7", 7000),
    ]) func times(value: String, milliseconds: Int) throws {
        let read = try command("[tasks.a]\ncommand = ['x']\ntimeout = \(value)\nexpected = \(value)")
        #expect(read.timeout == .milliseconds(milliseconds))
        #expect(read.expected == .milliseconds(milliseconds))
    }

    @Test(arguments: [(#""64KiB""#, 65536), ("1", 1), ("10485760", 10 << 20), (#""10MiB""#, 10 << 20), (#""5""#, 5)])
    func sizes(value: String, bytes: Int) throws {
        #expect(try command("[tasks.a]\ncommand = ['x']\nmax_output = \(value)").maximumOutput == bytes)
    }

    @Test func moreOutputMayBeBase64() throws {
        let text = "[tasks.a]\ncommand = ['x']\nmax_output = '16MiB'\nresult = 'base64'"
        #expect(try command(text).maximumOutput == 16 << 20)
    }

    @Test func dataAndIdStandInArguments() throws {
        let read = try command(
            #"[tasks.a]"# + "\n" + #"command = ["x", "--id={id}", "in-{data}.{id}", "{ data }", "--", "{data}"]"#)
        #expect(
            read.arguments(for: try #require(TaskID(rawValue: 7)), data: "d") == [
                "x", "--id=7", "in-d.7", "{ data }", "--", "d",
            ])
    }

    @Test func aThousandTypesMayBe() throws {
        func file(_ count: Int) -> String {
            (1...count).map { "[tasks.t\($0)]\ncommand = ['true']\n" }.joined()
        }
        #expect(try types(file(1000)).count == 1000)
        #expect(mistakes(file(1002)) == ["f:2001: tasks: has 1002 task types; at most 1000 are taken"])
    }

    @Test func aFileHasAMegabyteAtMost() {
        let start = "[tasks.a]\ncommand = ['true']\n#"
        let longest = start + String(repeating: "x", count: (1 << 20) - start.utf8.count)
        #expect(mistakes(longest) == [])
        #expect(mistakes(longest + "x") == ["f: is longer than the 1048576 bytes that a file of task types may have"])
    }
}
