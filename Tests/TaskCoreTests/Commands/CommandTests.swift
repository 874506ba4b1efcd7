import Testing

@testable import TaskCore

struct CommandArgumentTests {
    @Test(
        arguments: [
            ("", []),
            ("-resize", [.literal("-resize")]),
            ("{data}", [.data]),
            ("{id}", [.id]),
            ("{id}{data}{id}", [.id, .data, .id]),
            ("a{data}b", [.literal("a"), .data, .literal("b")]),
            ("{{data}}", [.literal("{"), .data, .literal("}")]),
            ("{Data} {date} {data", [.literal("{Data} {date} {data")]),
            ("}{id", [.literal("}{id")]),
            ("{ id}", [.literal("{ id}")]),
            ("я{id}é", [.literal("я"), .id, .literal("é")]),
            // A combining mark changes the character of a brace, but not its byte.
            ("{data}\u{301}", [.data, .literal("\u{301}")]),
            ("x\u{301}{id}", [.literal("x\u{301}"), .id]),
        ] as [(String, [CommandArgument.Piece])])
    func aTemplateConsistsOfTextDataAndIDs(text: String, pieces: [CommandArgument.Piece]) {
        let argument = CommandArgument(text)
        #expect(argument.pieces == pieces)
        #expect(argument.hasData == pieces.contains(.data))
        #expect(argument.template.utf8.elementsEqual(text.utf8))
    }

    @Test(arguments: ["", "{id}{data}", "я\u{301}"])
    func dataStaysInItsArgument(data: String) throws {
        let id = try #require(TaskID(rawValue: 42))
        let command = Command(["tool", "{data}", "-n={data}-{id}", "{data}{data}", "plain"].map(CommandArgument.init))
        #expect(command.arguments(for: id, data: data) == ["tool", data, "-n=\(data)-42", data + data, "plain"])
    }
}

struct CommandTests {
    private func refusal(_ command: Command, _ data: String) -> Refusal? {
        do throws(Refusal) {
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

    @Test func textOnStandardInputMayBeAnything() {
        for data in ["", "\0", String(repeating: "x", count: 200_000), "not base64"] {
            #expect(refusal(command("cat"), data) == nil)
            #expect(command("cat").input(data) == Array(data.utf8))
        }
    }

    @Test func base64OnStandardInputIsDecoded() {
        let command = command("cat", data: .base64)
        #expect(refusal(command, "AP8=") == nil)
        #expect(command.input("AP8=") == [0, 255])
        #expect(refusal(command, "Zg") == .dataNotBase64)
    }

    @Test func dataInArgumentsIsBounded() {
        let longest = CommandArgument.longest
        let cases: [(Command, Int)] = [
            (command("echo", "--", "{data}"), longest),
            (command("echo", "-n={data}"), longest - 3),
            (command("echo", "--", "{data}", "x{data}"), longest - 1),
            (command("echo", "-x{data}:{data}"), (longest - 3) / 2),
            (command("echo", "-{id}{data}"), longest - 17),
        ]
        for (command, limit) in cases {
            #expect(refusal(command, String(repeating: "x", count: limit)) == nil)
            #expect(refusal(command, String(repeating: "x", count: limit + 1)) == .dataTooLongForArgument(limit: limit))
            #expect(
                refusal(command, String(repeating: "я", count: limit / 2 + 1)) == .dataTooLongForArgument(limit: limit))
        }
    }

    @Test func anArgumentMayBeTooLongForAnyData() {
        let command = command("echo", String(repeating: "x", count: CommandArgument.longest) + "{data}{data}")
        #expect(refusal(command, "x") == .dataTooLongForArgument(limit: 0))
        #expect(refusal(command, "") == nil)
    }

    @Test(arguments: ["\0", "a\0", "\0a", "a\0b"])
    func argumentsContainNoNUL(data: String) {
        #expect(refusal(command("echo", "--", "{data}"), data) == .zeroInArgument)
        #expect(refusal(command("echo", "--", "{data}"), "a\u{1}") == nil)
    }
}
