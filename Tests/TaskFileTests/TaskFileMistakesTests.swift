import TaskCore
import Testing

@testable import TaskFile

struct TaskFileMistakesTests {
    private static let mustBeArray =
        #"must be an array of the program and its arguments, such as command = ["convert", "-", "png:-"]"#

    /// Each file has one mistake.
    @Test(arguments: [
        // No TOML.
        (
            "[tasks.a]\ncommand = ['true']\ncommand = ['false']",
            "f:3: Error while parsing key-value pair: cannot redefine existing array 'command'"
        ),
        // No types.
        ("", "f: defines no task type, such as [tasks.thumbnail] with a command"),
        ("tasks = {}", "f: defines no task type, such as [tasks.thumbnail] with a command"),
        // The root table.
        ("[task.a]\ncommand = ['true']", "f:1: task: unknown key; did you mean tasks?"),
        (
            "[thumbnail]\ncommand = ['true']",
            "f:1: thumbnail: unknown key; a task file has tables such as [tasks.thumbnail]"
        ),
        ("[[tasks]]\nname = 'a'", "f:1: tasks: must be a table of task types, such as [tasks.thumbnail]"),
        (
            "[tasks]\ncommand = ['true']",
            "f:2: tasks.command: must be a table with a command, such as [tasks.thumbnail]"
        ),
        // The command.
        ("\n[tasks.a]\ntimeout = 5", #"f:2: tasks.a: has no command, such as command = ["convert", "-", "png:-"]"#),
        ("[tasks.a]\ncommand = 'convert - png:-'", "f:2: tasks.a.command: \(mustBeArray)"),
        ("[tasks.a]\ncommand = []", "f:2: tasks.a.command: \(mustBeArray)"),
        ("[tasks.a]\ncommand = ['']", "f:2: tasks.a.command[0]: must be the program, a text without U+0000"),
        ("[tasks.a]\ncommand = [\n'x',\n'',\n5]", "f:5: tasks.a.command[2]: must be a text without U+0000"),
        ("[tasks.a]\ncommand = ['x', \"b\\u0000\"]", "f:2: tasks.a.command[1]: must be a text without U+0000"),
        (
            "[tasks.a]\ncommand = [\n'sh',\n'-c', 'echo {data}']",
            "f:4: tasks.a.command[2]: \(CommandRules.dataIsRun)"
        ),
    ])
    func aMistakeIsReportedWithItsLine(text: String, expected: String) { #expect(mistakes(text) == [expected]) }

    private static let mustBeTime =
        #"must be a time such as "30s", "500ms" or "2m", or a whole number of seconds, above 0"#

    /// Each key is on the third line of a file that is correct otherwise.
    @Test(
        arguments: [
            ("description", ["5", "\"a\\nb\"", "\"\\u001b\"", "\"\\u2028\""], "must be one line of text"),
            ("data", ["'bas64'", "1"], #"must be "text" or "base64""#),
            ("result", ["'Text'"], #"must be "text" or "base64""#),
            ("timeout", ["'5 s'", "0", "1.5", "true", "1000000001", "''", "1979-05-27"], mustBeTime),
            ("expected", ["'5 s'"], mustBeTime),
            (
                "directory", ["'work'", "''", "5", "\"/a\\u0000\""],
                #"must be an absolute path, such as "/srv/work""#
            ),
            ("data_as_option", ["1", "'true'"], "must be true or false"),
            ("environment", ["['A=b']", "'A=b'"], #"must be a table of texts, such as { LANG = "C.UTF-8" }"#),
            (
                "max_output", ["'11MiB'", "0", "1.5", "'4 MiB'", "10485761"],
                #"must be a size such as "64KiB" or a whole number of bytes, from 1 to 10MiB if result is "text""#
            ),
            (
                "max_output", ["'17MiB'\nresult = 'base64'", "16777217\nresult = 'base64'"],
                #"must be a size such as "64KiB" or a whole number of bytes, from 1 to 16MiB if result is "base64""#
            ),
            ("timout", ["5"], "unknown key; did you mean timeout?"),
            (
                "x-y-z-and-so-on", ["5"],
                """
                unknown key; the known keys are command, description, data, result, timeout, expected, max_output, \
                directory, environment, data_as_option
                """
            ),
        ] as [(String, [String], String)])
    func aWrongValueIsReported(key: String, values: [String], message: String) {
        for value in values {
            #expect(
                mistakes("[tasks.a]\ncommand = [\"x\"]\n\(key) = \(value)") == ["f:3: tasks.a.\(key): \(message)"],
                "\(value)")
        }
    }

    private static let badVariable =
        "the name of a variable must consist of the letters A to Z and a to z, digits and _"

    @Test(
        arguments: [
            ("_c9 = ''", nil), ("A = 5", "A: must be a text without U+0000"),
            ("B = \"x\\u0000\"", "B: must be a text without U+0000"),
            ("UV_TASK_SUBMITTER = '0'", "UV_TASK_SUBMITTER: is set by the daemon: remove it"),
            ("\"\" = ''", "\"\": \(badVariable)"), ("'C=D' = ''", "\"C=D\": \(badVariable)"),
            ("\"E\\u0000\" = ''", "\"E\\u0000\": \(badVariable)"), ("H-I = ''", "H-I: \(badVariable)"),
            ("\"e\\u0301\" = ''", "\"e\u{301}\": \(badVariable)"),
        ] as [(String, String?)])
    func aVariableHasAValidNameAndText(members: String, expected: String?) {
        #expect(
            mistakes("[tasks.a]\ncommand = [\"x\"]\nenvironment = { \(members) }")
                == (expected.map { ["f:3: tasks.a.environment.\($0)"] } ?? []))
    }

    /// They are equal as Swift strings.
    @Test func variablesWithEquivalentNamesAreTwo() {
        let text = "[tasks.a]\ncommand = [\"x\"]\nenvironment = { \"\\u00e9\" = '', \"e\\u0301\" = '' }"
        #expect(mistakes(text).count == 2)
    }

    @Test(arguments: [
        "\"\"", "\"a b\"", "\"a\\tb\"", "\"a\\u00a0b\"", "\"a\\u0000\"", "\"a\\u202eb\"", "-a", "\"\\u200b\"",
        "\"-\\u0301a\"", String(repeating: "a", count: 65), "\"\(String(repeating: "я", count: 33))\"",
    ])
    func anInvalidNameOfATypeIsReported(key: String) {
        let found = mistakes("[tasks.\(key)]\ncommand = ['true']")
        #expect(found.count == 1)
        #expect(
            found.first?.hasSuffix(
                ": a name must have 1 to 64 bytes, no whitespace or invisible characters, and must not begin with -")
                == true)
    }

    @Test func invisibleCharactersInKeysAreEscaped() {
        let found = mistakes(#"[tasks."a\u001b[2J \\ \"я\" \U000E0001"]"# + "\ncommand = ['true']")
        #expect(found.count == 1)
        #expect(found[0].hasPrefix(#"f:1: tasks."a\u001B[2J \\ \"я\" \U000E0001": "#))
    }

    @Test func aTypeMustNotHaveTheNameOfAnother() {
        let text = "[tasks.echo]\ncommand = ['true']"
        #expect(
            mistakes(text, beside: TaskType.builtIn) == [
                "f:1: tasks.echo: is a built-in task type; choose another name, or leave those out with --no-built-in"
            ])
        #expect(mistakes(text) == [])
    }

    @Test func everyMistakeIsReportedInTheOrderOfTheFile() {
        let text = """
            top = 1
            [tasks.b]
            timeout = "soon"
            comand = ["x"]
            [tasks.echo]
            command = ["x"]
            data = "hex"
            """
        #expect(
            mistakes(text, beside: TaskType.builtIn).map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
                == [
                    "f:1: top:", "f:2: tasks.b:", "f:3: tasks.b.timeout:", "f:4: tasks.b.comand:", "f:5: tasks.echo:",
                    "f:7: tasks.echo.data:",
                ])
    }
}
