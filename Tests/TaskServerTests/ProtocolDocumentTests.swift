import Foundation
import Testing
import Wire

@testable import TaskServer

/// Runs every dialogue of PROTOCOL.md, as its first paragraph says.
struct ProtocolDocumentTests {
    private struct Step {
        let mark: String
        let text: String
    }

    private static func dialogues() throws -> [[Step]] {
        let document = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Wire/PROTOCOL.md")
        let text = try String(contentsOf: document, encoding: .utf8)
        let blocks = text.components(separatedBy: "```dialogue\n").dropFirst()
        return blocks.map { block in
            block.components(separatedBy: "\n```")[0].components(separatedBy: "\n").map { line in
                Step(mark: String(line.prefix(3)), text: String(line.dropFirst(3)))
            }
        }
    }

    @Test func everyDialogueIsTrue() throws {
        let dialogues = try Self.dialogues()
        #expect(dialogues.count >= 6)
        for dialogue in dialogues { try run(dialogue) }
    }

    private func run(_ steps: [Step]) throws {
        // Slow enough for a task to be seen while it runs, fast enough for a test.
        let dialogue = try Dialogue(timeScale: 0.1)
        let clients = [">": try dialogue.connect(), "=": try dialogue.connect()]
        for step in steps {
            let client = try #require(clients[step.mark.contains("=") ? "=" : ">"])
            switch (step.mark, step.text) {
            case ("-> ", let text), ("=> ", let text): try client.send(text + "\n")
            case ("<- ", "(closed)"), ("<= ", "(closed)"): client.expectClosed()
            case ("<- ", let text), ("<= ", let text): #expect(client.line() == text, "\(steps.map(\.text))")
            default: Issue.record("no step of a dialogue: \(step)")
            }
        }
        dialogue.end()
    }

    /// Every cut of every example gives the same requests.
    @Test func everyCutOfEveryExampleGivesTheSameRequests() throws {
        for dialogue in try Self.dialogues() {
            let sent = dialogue.filter { $0.mark.hasSuffix("> ") }.map { $0.text + "\n" }.joined()
            let bytes = Array(sent.utf8)
            let whole = requests([bytes[...]])
            #expect(!whole.isEmpty)
            for first in 0...bytes.count {
                for second in stride(from: first, through: bytes.count, by: 7) {
                    let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                    #expect(requests(pieces) == whole, "cut at \(first) and \(second) of \(sent)")
                }
            }
            #expect(requests(bytes.indices.map { bytes[$0...$0] }) == whole)
        }
    }

    private func requests(_ pieces: [ArraySlice<UInt8>]) -> [Result<IncomingRequest, BrokenMessage>] {
        var framer = LineFramer(maximumLength: 1000)
        let reader = MessageReader()
        var found: [Result<IncomingRequest, BrokenMessage>] = []
        for piece in pieces {
            let bytes = Array(piece)
            var position = 0
            while let event = framer.next(in: bytes.span, at: &position) {
                found.append(
                    Result { () throws(BrokenMessage) in
                        if case .broken(let message) = event { throw message }
                        return try framer.withMessage(in: bytes.span) { message throws(BrokenMessage) in
                            try reader.request(message)
                        }
                    })
            }
        }
        return found
    }
}
