import ModelRuns
import QueueModel
import Testing

@testable import TaskQueue

struct TaskLogTests {
    private func log(_ parts: [UInt8]..., capacity: Int = 10) -> TaskLog {
        var log = TaskLog(capacity: capacity)
        for part in parts { log.append(part) }
        return log
    }

    private func part(_ text: String, _ next: Int, skipped: Int = 0) -> TaskLog.Part {
        TaskLog.Part(text: text, next: next, skipped: skipped)
    }

    @Test func aLogIsReadFromAnyOffset() {
        let log = log(Array("abc".utf8), Array("def".utf8))
        #expect(log.part(from: 0) == part("abcdef", 6))
        #expect(log.part(from: 2) == part("cdef", 6))
        #expect(log.part(from: 6) == part("", 6))
        #expect(log.part(from: 99) == part("", 6))
        #expect(TaskLog().part(from: 7) == part("", 0))
    }

    @Test func onlyTheLastBytesAreKept() {
        var log = log(Array("0123456789".utf8))
        #expect(log.part(from: 0) == part("0123456789", 10))
        log.append(Array("ab".utf8))
        #expect(log.part(from: 0) == part("23456789ab", 12, skipped: 2))
        #expect(log.part(from: 1) == part("23456789ab", 12, skipped: 1))
        #expect(log.part(from: 2) == part("23456789ab", 12))
        log.append(Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8))
        #expect(log.part(from: 11) == part("QRSTUVWXYZ", 38, skipped: 17))
        log.end()
        #expect(log.part(from: 0) == part("QRSTUVWXYZ", 38, skipped: 28) && log.count == 10)
    }

    @Test(arguments: ["я", "€", "😀", "\u{d7ff}", "\u{e000}", "\u{10ffff}", "\u{800}", "\u{10000}"])
    func anIncompleteCharacterIsHeldBackUntilTheEnd(character: String) {
        let bytes = Array(character.utf8)
        for length in 1..<bytes.count {
            var log = log(Array("a".utf8), Array(bytes[..<length]))
            #expect(log.part(from: 0) == part("a", 1))
            #expect(log.part(from: 2) == part("", 1), "an offset is never within a character")
            var ended = log
            ended.end()
            #expect(ended.part(from: 0) == part("a\u{fffd}", 1 + length))
            log.append(Array(bytes[length...]))
            #expect(log.part(from: 1) == part(character, 1 + bytes.count))
            log = self.log(bytes, Array(bytes[..<length]), Array("b".utf8))
            #expect(log.part(from: bytes.count) == part("\u{fffd}b", bytes.count + length + 1))
        }
    }

    @Test(
        arguments: [
            [0x80], [0xC0], [0xC1], [0xF5], [0xFF], [0xE0, 0x80], [0xED, 0xA0], [0xF0, 0x8F], [0xF4, 0x90],
            [0x80, 0x80, 0x80],
            [0x80, 0x80, 0x80, 0x80],
        ] as [[UInt8]]) func bytesThatBeginNoCharacterAreReadableAtOnce(bytes: [UInt8])
    {
        let log = log(bytes)
        #expect(log.part(from: 0) == part(String(decoding: bytes, as: UTF8.self), bytes.count))
    }

    @Test func theRestOfACharacterIsDroppedWithItsBeginning() {
        let log = log(Array("я😀xxxxxxx".utf8))  // 2, 4 and 7 bytes: 3 too many
        #expect(log.part(from: 0) == part("xxxxxxx", 13, skipped: 6))
        #expect(log.part(from: 3) == part("\u{fffd}\u{fffd}\u{fffd}xxxxxxx", 13), "an offset that no reply gave")
    }

    /// Successive parts add up to the whole log, unless bytes were dropped in between.
    @Test(arguments: 0..<20 as Range<UInt64>) func aLogAgreesWithTheReference(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces: [[UInt8]] = [
            Array("я".utf8), Array("😀".utf8), Array("€a\n".utf8), [0xF0, 0x9F], [0x80], [0xE2], [0xFF],
        ]
        for _ in 0..<100 {
            let capacity = generator.number(4..<40)
            var log = TaskLog(capacity: capacity)
            var reference = ReferenceLog(capacity: capacity)
            var next = 0
            var text = ""
            var skipped = 0
            for _ in 0..<generator.number(1..<20) {
                let written = (0..<generator.number(0..<8)).flatMap { _ in pieces.randomElement(using: &generator)! }
                let bytes = Array(written.prefix(generator.number(0..<50)))
                log.append(bytes)
                reference.bytes += bytes
                #expect(log.readableEnd == reference.readableEnd && log.start == reference.start)
                let offset = generator.number(0..<(reference.bytes.count + 3))
                #expect(log.part(from: offset) == reference.part(from: offset))
                let part = log.part(from: next)
                (next, text, skipped) = (part.next, text + part.text, skipped + part.skipped)
            }
            log.end()
            reference.hasEnded = true
            let part = log.part(from: next)
            #expect(part == reference.part(from: next) && part.next == reference.bytes.count)
            if skipped + part.skipped == 0 {
                #expect(text + part.text == String(decoding: reference.bytes, as: UTF8.self))
            }
        }
    }

    /// 64 MiB in lines. If each line moved the kept bytes, this would move 64 GiB.
    @Test func manyAppendsTakeLinearTime() {
        var log = TaskLog()
        let line = Array(String(repeating: "x", count: 63).utf8) + [10]
        for _ in 0..<(1 << 20) { log.append(line) }
        #expect(log.count == TaskLog.standardCapacity && log.readableEnd == 64 << 20)
    }
}
