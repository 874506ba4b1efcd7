import Foundation
import Libuv
import TaskCore
import TaskFile
import TestServers
import Testing

@testable import TaskServer

/// Runs every dialogue of PROTOCOL.md, as its first paragraph says.
struct ProtocolDocumentTests {
    private struct Example {
        /// The words after `dialogue`.
        let options: String
        /// The TOML before the example: the task types, if the options contain `--tasks`.
        let taskFile: String
        let lines: [String]
    }

    private static func examples() throws -> [Example] {
        let document = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/TaskProtocol/PROTOCOL.md")
        let text = try String(contentsOf: document, encoding: .utf8)
        var taskFile = ""
        let blocks = text.components(separatedBy: "```dialogue")
        return zip(blocks, blocks.dropFirst()).map { before, block in
            if let file = before.components(separatedBy: "```toml\n").dropFirst().last {
                taskFile = file.components(separatedBy: "\n```")[0]
            }
            let lines = block.components(separatedBy: "\n```")[0]
                .replacing(/\n +/, with: "").components(separatedBy: "\n")
            return Example(options: lines[0], taskFile: taskFile, lines: Array(lines.dropFirst()))
        }
    }

    @Test(arguments: Transport.allCases) func theServerAnswersAsInEveryDialogue(over transport: Transport) throws {
        let examples = try Self.examples()
        #expect(examples.count >= 22)
        for example in examples { try run(example, over: transport) }
    }

    private func run(_ example: Example, over transport: Transport) throws {
        var words = example.options.split(separator: " ")
        let hasTaskFile = words.first == "--tasks"
        if hasTaskFile { words.removeFirst() }
        // The gate keeps tasks running until their success is expected.
        let gate = Gate()
        let types = hasTaskFile ? try TaskFile(Array(example.taskFile.utf8)).types : gate.types
        // A task is cancelled during its delay: a function that was called runs to its end.
        let timeScale = example.lines.contains { $0.contains(#""code":"cancelled""#) } ? 1000 : 0.1
        let dialogue = try Dialogue(over: transport, timeScale: timeScale, types: types, gate: gate) {
            configuration in
            configuration.limits = Limits()
            for index in stride(from: 0, to: words.count, by: 2) {
                set(String(words[index]), Int(words[index + 1]) ?? 0, of: &configuration)
            }
        }
        defer { dialogue.end() }
        dialogue.server.shutdown.leavingTime.orderly = .max
        let clients = try (1...2).map { _ in try dialogue.connect() }
        for line in example.lines {
            let (arrow, text) = (line.prefix(3), String(line.dropFirst(3)))
            let client = arrow.contains("=") ? clients[1] : clients[0]
            switch arrow {
            case "-> ", "=> ":
                if text.contains(#""type":"run""#) { gate.close() }
                try client.send(text + "\n")
            case "<- ", "<= ":
                if text.contains(#""status":"success""#) { gate.open() }
                let received = client.line() ?? "(closed)"
                #expect(try Self.matches(received, text), "\(received) is not PROTOCOL.md's \(text)")
            default:
                try #require(line == "-- the server is told to stop", "not a line of a dialogue: \(line)")
                dialogue.server.stop(.terminate)
            }
        }
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
}
