import Testing

@testable import TaskCore

struct CommandArgumentTests {
    @Test(
        arguments: [
            ("", []), ("-resize", [.literal("-resize")]), ("{data}", [.data]), ("{id}", [.id]),
            ("{id}{data}{id}", [.id, .data, .id]), ("a{data}b", [.literal("a"), .data, .literal("b")]),
            ("{{data}}", [.literal("{"), .data, .literal("}")]),
            ("{Data} {date} {data", [.literal("{Data} {date} {data")]),
            ("}{id", [.literal("}{id")]), ("{ id}", [.literal("{ id}")]),
            ("я{id}é", [.literal("я"), .id, .literal("é")]),
            // A combining mark behind the brace makes another character of it, and yet the mark of the data stands there.
            ("{data}\u{301}", [.data, .literal("\u{301}")]), ("x\u{301}{id}", [.literal("x\u{301}"), .id]),
        ] as [(String, [CommandArgument.Piece])])
    func marksAreReadInAText(text: String, pieces: [CommandArgument.Piece]) {
        let argument = CommandArgument(text)
        #expect(argument.pieces == pieces)
        #expect(argument.hasData == pieces.contains(.data))
    }

    /// What a client sends stays within its argument, whatever it is; marks in it are none.
    @Test(arguments: ["", "x", "{id}{data}", "; rm -rf /", "$(id) `id` \"'\\\n\t*", "--help", "я\u{301}"])
    func dataStaysWhatItIs(data: String) throws {
        let id = try #require(TaskID(rawValue: 42))
        let command = Command(["tool", "{data}", "-n={data}-{id}", "{data}{data}", "plain"].map(CommandArgument.init))
        #expect(command.arguments(for: id, data: data) == ["tool", data, "-n=\(data)-42", data + data, "plain"])
    }

    @Test(arguments: ["", "plain", "{data}", "{id}", "é{data}{data}-{id}"]) func theLengthIsEnough(text: String) throws
    {
        let argument = CommandArgument(text)
        let id = try #require(TaskID(rawValue: TaskID.range.upperBound))
        #expect(argument.length(withData: 4) == argument.text(for: id, data: "я12").utf8.count)
    }
}

struct CommandTests {
    private func refusal(_ command: Command, _ data: String) -> DataRefusal? {
        do throws(DataRefusal) {
            try command.check(data)
            return nil
        } catch {
            return error
        }
    }

    private func command(_ arguments: String..., data: DataEncoding = .text) -> Command {
        var command = Command(arguments.map(CommandArgument.init))
        command.data = data
        return command
    }

    @Test func textForStandardInputMayBeAnything() {
        let command = command("cat")
        for data in ["", "\0", String(repeating: "x", count: 200_000), "not base64"] {
            #expect(refusal(command, data) == nil)
            #expect(command.input(data) == Array(data.utf8))
        }
    }

    @Test func bytesForStandardInputAreDecoded() {
        let command = command("cat", data: .base64)
        for (data, bytes) in [("", []), ("AP8=", [0, 255]), ("Zm9v", Array("foo".utf8))] as [(String, [UInt8])] {
            #expect(refusal(command, data) == nil)
            #expect(command.input(data) == bytes)
        }
        for data in ["Zg", "Zm9v\n", "Zm-_", "Zh==", "я==="] { #expect(refusal(command, data) == .notBase64) }
    }

    /// So long as the system takes, and no longer, also where the data stands there twice.
    @Test func dataForAnArgumentFits() {
        let longest = CommandArgument.longest
        let cases: [(Command, Int)] = [
            (command("echo", "--", "{data}"), longest), (command("echo", "-n={data}"), longest - 3),
            (command("echo", "--", "{data}", "x{data}"), longest - 1),
            (command("echo", "-x{data}:{data}"), (longest - 3) / 2),
            (command("echo", "-{id}{data}"), longest - 17),
        ]
        for (command, most) in cases {
            #expect(refusal(command, String(repeating: "x", count: most)) == nil)
            #expect(refusal(command, String(repeating: "x", count: most + 1)) == .tooLongForArgument(most: most))
            #expect(refusal(command, String(repeating: "я", count: most / 2 + 1)) == .tooLongForArgument(most: most))
        }
    }

    /// The argument itself may be too long already: no data fits then.
    @Test func anArgumentThatIsTooLongByItself() {
        let command = command("echo", String(repeating: "x", count: CommandArgument.longest) + "{data}{data}")
        #expect(refusal(command, "x") == .tooLongForArgument(most: 0))
        #expect(refusal(command, "") == nil)
    }

    @Test func noArgumentHasAZero() {
        let command = command("echo", "--", "{data}")
        for data in ["\0", "a\0", "\0a", "a\0b"] { #expect(refusal(command, data) == .zeroInArgument) }
        #expect(refusal(command, "a\u{1}") == nil)
        #expect(
            refusal(command, String(repeating: "\0", count: 200_000))
                == .tooLongForArgument(most: CommandArgument.longest))
    }

    @Test func aTypeIsACommandOrAFunction() {
        let type = TaskType(name: "run", description: "Runs", work: .command(Command([CommandArgument("true")])))
        #expect(type.command == Command([CommandArgument("true")]) && type.delay == .zero)
        #expect(TaskCatalog([type], timeScale: 5).types[0].command == type.command)
        #expect(TaskCatalog([type], timeScale: 5).types[0].description == "Runs")
        #expect(TaskType.builtIn[1].command == nil)
    }
}
