import Foundation
import ModelRuns

/// What holds for any bytes that a reader gets, and inputs to begin with. A unit test and the fuzzer check it.
package protocol InputProperties {
    static func corpus() throws -> [[UInt8]]

    /// For mutations, and for the fuzzer's dictionary.
    static func words() throws -> [String]

    init()

    /// - Throws: the first property that does not hold.
    func check(_ input: [UInt8]) throws(BrokenProperty)
}

/// A property that does not hold, and the bytes for which it does not.
package struct BrokenProperty: Error, CustomStringConvertible {
    package let description: String

    init(_ text: String, for bytes: [UInt8]) {
        description = "\(text)\nfor \(String(decoding: bytes, as: UTF8.self).debugDescription)"
    }
}

extension InputProperties {
    /// Checks the corpus, and its inputs mutated at random: the same at each call.
    package static func checkCorpus(andMutations count: Int) throws {
        let properties = Self()
        for input in try corpus() { try properties.check(input) }
        var dice = SeededGenerator(seed: 4)
        let inputs = try corpus().filter { $0.count < 2000 }
        let words = try words().map { Array($0.utf8) }
        for _ in 0..<count {
            var bytes = inputs[dice.number(0..<inputs.count)]
            for _ in 0...dice.number(0..<4) { mutate(&bytes, inputs, words, &dice) }
            try properties.check(bytes)
        }
    }

    private static func mutate(
        _ bytes: inout [UInt8], _ inputs: [[UInt8]], _ words: [[UInt8]], _ dice: inout SeededGenerator
    ) {
        let start = dice.number(0..<bytes.count + 1)
        let end = min(bytes.count, start + dice.number(0..<9))
        switch dice.number(0..<6) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
        case 2: bytes.insert(UInt8(dice.number(0..<256)), at: start)
        case 3: bytes.replaceSubrange(start..<end, with: inputs[dice.number(0..<inputs.count)].prefix(100))
        default: bytes.replaceSubrange(start..<end, with: words[dice.number(0..<words.count)])
        }
    }
}

/// A file of this repository.
func document(_ path: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
}

/// What follows each ```` ```language ```` in a Markdown text, up to the end of its block.
func blocks(of language: String, in text: String) -> [String] {
    text.components(separatedBy: "```\(language)").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
}
