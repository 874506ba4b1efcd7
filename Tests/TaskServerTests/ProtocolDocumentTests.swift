import Foundation
import Libuv
import TaskCore
import TaskFile
import TaskProtocol
import Testing

@testable import TaskServer

/// Runs every dialogue of PROTOCOL.md, as its first paragraph says.
struct ProtocolDocumentTests {
    private enum Step {
        case send(client: Character, String)
        case receive(client: Character, String)
        case stop
    }

    private struct Example {
        /// The words after `dialogue`.
        let options: String
        /// The TOML before the example: the task types, if the options contain `--tasks`.
        let taskFile: String
        var steps: [Step] = []
    }

    private static func examples() throws -> [Example] {
        let document = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/TaskProtocol/PROTOCOL.md")
        let text = try String(contentsOf: document, encoding: .utf8)
        var taskFile = ""
        let blocks = text.components(separatedBy: "```dialogue")
        return try zip(blocks, blocks.dropFirst()).map { before, block in
            if let file = before.components(separatedBy: "```toml\n").dropFirst().last {
                taskFile = file.components(separatedBy: "\n```")[0]
            }
            let lines = block.components(separatedBy: "\n```")[0]
                .replacing(/\n +/, with: "").components(separatedBy: "\n")
            return Example(options: lines[0], taskFile: taskFile, steps: try lines.dropFirst().map(step))
        }
    }

    private static func step(_ line: String) throws -> Step {
        let text = String(line.dropFirst(3))
        return switch line.prefix(3) {
        case "-> ": .send(client: "-", text)
        case "=> ": .send(client: "=", text)
        case "<- ": .receive(client: "-", text)
        case "<= ": .receive(client: "=", text)
        default:
            try #require(line == "-- the server is told to stop" ? .stop : nil, "not a step of a dialogue: \(line)")
        }
    }

    @Test func theServerAnswersAsInEveryDialogue() throws {
        let examples = try Self.examples()
        #expect(examples.count >= 22)
        for example in examples { try run(example) }
    }

    private func run(_ example: Example) throws {
        var words = example.options.split(separator: " ")
        let hasTaskFile = words.first == "--tasks"
        if hasTaskFile { words.removeFirst() }
        // The gate keeps tasks running until their success is expected.
        let gate = Gate()
        let types = hasTaskFile ? try TaskFile(Array(example.taskFile.utf8)).types : gate.types
        let dialogue = try Dialogue(timeScale: 0.1, types: types) { configuration in
            for index in stride(from: 0, to: words.count, by: 2) {
                set(String(words[index]), Int(words[index + 1]) ?? 0, of: &configuration)
            }
        }
        let clients: [Character: TestClient] = ["-": try dialogue.connect(), "=": try dialogue.connect()]
        for step in example.steps {
            switch step {
            case .send(let client, let text):
                if text.contains(#""type":"run""#) { gate.close() }
                try #require(clients[client]).send(text + "\n")
            case .receive(let client, "(closed)"): try #require(clients[client]).expectClosed()
            case .receive(let client, let expected):
                if expected.contains(#""status":"success""#) { gate.open() }
                let line = try #require(clients[client]).line()
                #expect(try Self.matches(line ?? "(closed)", expected), "\(line ?? "(closed)") is not \(expected)")
            case .stop: dialogue.server.stop(.terminate)
            }
        }
        gate.open()
        dialogue.end()
    }

    private func set(_ option: String, _ value: Int, of configuration: inout ServerConfiguration) {
        switch option {
        case "--max-message": configuration.limits.message = value
        case "--max-queued": configuration.limits.queued = value
        case "--max-memory": configuration.limits.memory = value
        case "--keep-results": configuration.limits.keptResults = value
        case "--max-connections": configuration.limits.connections = value
        default: Issue.record("unknown option \(option)")
        }
    }

    /// In `expected`, `"…"` is any string except the empty one, and `…` any number or literal.
    private static func matches(_ line: String, _ expected: String) throws -> Bool {
        let pattern = NSRegularExpression.escapedPattern(for: expected)
            .replacing(#""…""#, with: #""(?:[^"\\]|\\.)+""#).replacing("…", with: #"[^,}\]"]+"#)
        return try line.wholeMatch(of: Regex(pattern)) != nil
    }

    @Test func anEllipsisMatchesOneValue() throws {
        let expected = #"{"a":"…","b":…,"c":[1]}"#
        #expect(try Self.matches(#"{"a":"x, \"y\" }","b":12,"c":[1]}"#, expected))
        for other in [
            #"{"a":"","b":12,"c":[1]}"#, #"{"a":"x","b":,"c":[1]}"#, #"{"a":"x","b":12,"c":[2]}"#,
            #"{"a":"x","d":3,"b":12,"c":[1]}"#, #"{"a":"x","b":12,"d":3,"c":[1]}"#, #"{"a":"x","b":"y","c":[1]}"#,
            #"{"a":"x","b":12,"c":[1]}x"#,
        ] { #expect(try !Self.matches(other, expected), "\(other)") }
    }

    /// Every cut in two, some thousand cuts in three, and single bytes.
    @Test func anExampleGivesTheSameRequestsHoweverItIsCut() throws {
        for example in try Self.examples() {
            let sent = example.steps.map { if case .send(_, let text) = $0 { text + "\n" } else { "" } }.joined()
            let bytes = Array(sent.utf8)
            let whole = requests([bytes[...]])
            #expect(!whole.isEmpty)
            let stride = max(7, bytes.count * bytes.count / 2000)
            for first in 0...bytes.count {
                for second in Swift.stride(from: first, through: bytes.count, by: stride) {
                    let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                    #expect(requests(pieces) == whole, "cut at \(first) and \(second) of \(sent)")
                }
            }
            #expect(requests(bytes.indices.map { bytes[$0...$0] }) == whole)
        }
    }

    private func requests(_ pieces: [ArraySlice<UInt8>]) -> [Result<IncomingRequest, ProtocolError>] {
        let framer = Framer(maximumLength: 1000)
        let reader = RequestReader()
        var found: [Result<IncomingRequest, ProtocolError>] = []
        for piece in pieces {
            let bytes = Array(piece)
            var position = 0
            reading: while true {
                do throws(ProtocolError) {
                    switch try framer.nextMessage(in: bytes.span, at: &position) {
                    case nil: break reading
                    case .inRead(let range): found.append(.success(try reader.read(bytes.span.extracting(range))))
                    case .inSeveralReads(let message): found.append(.success(try reader.read(message.span)))
                    }
                } catch {
                    found.append(.failure(error))
                }
            }
        }
        return found
    }
}
