import MessageProperties
import ModelRuns
import Testing

/// The properties that the fuzzer checks, for some thousand inputs.
struct MessagePropertiesTests {
    @Test func theyHoldForTheCorpus() throws {
        let inputs = try Corpus.inputs()
        #expect(inputs.count > 100)
        for input in inputs { try MessageProperties().check(input) }
    }

    @Test func theyHoldForMutationsOfTheCorpus() throws {
        var dice = SeededGenerator(seed: 4)
        let inputs = try Corpus.inputs().filter { $0.count < 2000 }
        let words = Corpus.words.map { Array($0.utf8) }
        for _ in 0..<3000 {
            var bytes = try #require(inputs.randomElement(using: &dice))
            for _ in 0...Int.random(in: 0...3, using: &dice) { mutate(&bytes, inputs, words, &dice) }
            try MessageProperties().check(bytes)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ inputs: [[UInt8]], _ words: [[UInt8]], _ dice: inout SeededGenerator)
    {
        let start = Int.random(in: 0...bytes.count, using: &dice)
        let end = min(bytes.count, start + Int.random(in: 0...8, using: &dice))
        switch Int.random(in: 0..<6, using: &dice) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(contentsOf: bytes[start..<end], at: start)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: start)
        case 3: bytes.replaceSubrange(start..<end, with: inputs.randomElement(using: &dice)?.prefix(100) ?? [])
        default: bytes.replaceSubrange(start..<end, with: words.randomElement(using: &dice) ?? [])
        }
    }
}
