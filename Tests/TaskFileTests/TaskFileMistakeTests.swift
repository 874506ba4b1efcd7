import TaskCore
import Testing

@testable import TaskFile

struct TaskFileMistakeTests {
    @Test func whatIsNoTOML() {
        #expect(
            mistakes("[tasks.a]\ncommand = ['true']\ncommand = ['false']") == [
                "f:3: Error while parsing key-value pair: cannot redefine existing array 'command'"
            ])
        #expect(
            mistakes("[\(Array(repeating: "a", count: 33).joined(separator: "."))]") == [
                "f:1: a key has more than 32 parts"
            ])
    }

    @Test(arguments: ["", "# nothing\n", "[tasks]", "tasks = {}"])
    func aFileWithoutATask(text: String) {
        #expect(mistakes(text) == ["f: has no task type, such as [tasks.thumbnail] with a command"])
    }

    @Test func onlyTasksStandAtTheTop() {
        #expect(mistakes("[task.a]\ncommand = ['true']") == ["f:1: task: is not known here; did you mean tasks?"])
        #expect(
            mistakes("[thumbnail]\ncommand = ['true']") == [
                "f:1: thumbnail: is not known here; a file of task types has tables such as [tasks.thumbnail]"
            ])
        #expect(
            mistakes("[[tasks]]\nname = 'a'") == [
                "f:1: tasks: must be a table of task types, such as [tasks.thumbnail]"
            ])
        #expect(
            mistakes("[tasks]\ncommand = ['true']") == [
                "f:2: tasks.command: must be a table with a command, such as [tasks.thumbnail]"
            ])
    }

    @Test(arguments: [
        "\"\"", "\"a b\"", "\"a\\tb\"", "\"a\\u00a0b\"", "\"a\\u0000\"", "\"a\\u202eb\"", "-a", "\"\\u200b\"",
        "\"-\\u0301a\"",
        String(repeating: "a", count: 65), "\"\(String(repeating: "я", count: 33))\"",
    ]) func names(key: String) throws {
        let told = mistakes("[tasks.\(key)]\ncommand = ['true']")
        let expected = "a name must have 1 to 64 bytes, no white space or unseen characters, and no - in front"
        #expect(told.count == 1)
        #expect(try #require(told.first).hasSuffix(": \(expected)"))
    }

    @Test func namesAreShownSoThatTheyDisturbNothing() {
        let told = mistakes(#"[tasks."a\u001b[2J \\ \"я\" \U000E0001"]"# + "\ncommand = ['true']")
        #expect(told.map { $0.hasPrefix(#"f:1: tasks."a\u001B[2J \\ \"я\" \U000E0001": "#) } == [true])
    }

    @Test func theNamesOfTheOthersAreTaken() {
        let text = "[tasks.echo]\ncommand = ['true']"
        #expect(
            mistakes(text, beside: TaskType.builtIn) == [
                "f:1: tasks.echo: is a built-in task type; choose another name, or leave those out with --no-built-in"
            ])
        #expect(mistakes(text) == [])
    }

    @Test func keysThatAreNotKnown() {
        #expect(mistakes(inValue: "timout = 5") == ["f:3: tasks.a.timout: is not known here; did you mean timeout?"])
        #expect(
            mistakes(inValue: "x-y-z-and-so-on = 5") == [
                """
                f:3: tasks.a.x-y-z-and-so-on: is not known here; known are command, description, data, result, timeout, \
                expected, max_output, directory, environment, data_as_option
                """
            ])
    }

    @Test func aTypeNeedsACommand() {
        #expect(
            mistakes("\n[tasks.a]\ntimeout = 5") == [
                #"f:2: tasks.a: has no command, such as command = ["convert", "-", "png:-"]"#
            ])
        for value in ["'convert - png:-'", "[]", "5", "{}"] {
            #expect(
                mistakes("[tasks.a]\ncommand = \(value)") == [
                    """
                    f:2: tasks.a.command: must be an array, the program first and then each of its arguments, such as \
                    command = ["convert", "-", "png:-"]
                    """
                ])
        }
        #expect(
            mistakes("[tasks.a]\ncommand = [\n'x',\n5, '',\n'a', \"b\\u0000\"]")
                == [(4, 1), (5, 4)].map { "f:\($0.0): tasks.a.command[\($0.1)]: must be a text without U+0000" })
        #expect(
            mistakes("[tasks.a]\ncommand = ['']")
                == ["f:2: tasks.a.command[0]: must be a text, the program, without U+0000"])
    }

    @Test func valuesOfTheWrongKind() {
        for value in ["5", "\"a\\nb\"", "\"\\u001b\"", "\"\\u2028\"", "[]"] {
            #expect(
                mistakes(inValue: "description = \(value)") == ["f:3: tasks.a.description: must be a text of one line"])
        }
        for (key, value) in [("data", "'bas64'"), ("result", "1"), ("data", "'Text'")] {
            #expect(mistakes(inValue: "\(key) = \(value)") == [#"f:3: tasks.a.\#(key): must be "text" or "base64""#])
        }
        for value in ["'5 s'", "0", "-1", "1.5", "true", "1000000001", "''", "1979-05-27"] {
            for key in ["timeout", "expected"] {
                #expect(
                    mistakes(inValue: "\(key) = \(value)") == [
                        """
                        f:3: tasks.a.\(key): must be a time such as "30s", "500ms" or "2m", or a whole number of \
                        seconds, above 0
                        """
                    ])
            }
        }
        for value in ["'work'", "''", "5", "\"/a\\u0000\""] {
            #expect(
                mistakes(inValue: "directory = \(value)") == [
                    #"f:3: tasks.a.directory: must be an absolute path, such as "/srv/work""#
                ])
        }
        #expect(mistakes(inValue: "data_as_option = 1") == ["f:3: tasks.a.data_as_option: must be true or false"])
    }

    @Test func outputsThatWouldNotFitAReply() {
        for (value, result, most) in [
            ("'11MiB'", "text", "10MiB"), ("0", "text", "10MiB"), ("1.5", "text", "10MiB"),
            ("'4 MiB'", "text", "10MiB"),
            ("16777217", "base64", "16MiB"),
        ] {
            #expect(
                mistakes(inValue: "max_output = \(value)\nresult = '\(result)'") == [
                    """
                    f:3: tasks.a.max_output: must be a size such as "64KiB" or a whole number of bytes, from 1 to \(most) \
                    where result is "\(result)"
                    """
                ])
        }
    }

    @Test func environments() {
        #expect(
            mistakes(inValue: "environment = ['A=b']") == [
                #"f:3: tasks.a.environment: must be a table of texts, such as { LANG = "C.UTF-8" }"#
            ])
        #expect(
            mistakes(inValue: "environment = { A = 5, B = \"x\\u0000\", _c9 = '' }") == [
                "f:3: tasks.a.environment.A: must be a text without U+0000",
                "f:3: tasks.a.environment.B: must be a text without U+0000",
            ])
        // Two that Swift finds equal are two all the same.
        for names in [["\"\""], ["'C=D'"], ["\"E\\u0000\""], ["'F G'"], ["H-I"], ["\"\\u00e9\"", "\"e\\u0301\""]] {
            let told = mistakes(inValue: "[tasks.a.environment]\n" + names.map { "\($0) = ''\n" }.joined())
            #expect(told.count == names.count)
            for mistake in told {
                #expect(
                    mistake.hasSuffix(": a variable's name must be made of the letters A to Z and a to z, digits and _")
                )
            }
        }
    }

    @Test func everyMistakeIsToldInTheOrderOfTheFile() {
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
            mistakes(text, beside: TaskType.builtIn).map { $0.prefix { $0 != " " } + $0.split(separator: " ")[1] } == [
                "f:1:top:", "f:2:tasks.b:", "f:3:tasks.b.timeout:", "f:4:tasks.b.comand:", "f:5:tasks.echo:",
                "f:7:tasks.echo.data:",
            ])
    }
}
