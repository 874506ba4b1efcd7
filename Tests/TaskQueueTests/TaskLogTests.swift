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

    @Test func theEndOfALogIsReadFromAnyOffset() {
        let log = log(Array("0123456789".utf8), Array("ab".utf8))
        #expect(log.part(from: 0) == part("23456789ab", 12, skipped: 2))
        #expect(log.part(from: 2) == part("23456789ab", 12))
        #expect(log.part(from: 11) == part("b", 12))
        #expect(log.part(from: 99) == part("", 12))
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
            [0x80, 0x80, 0x80], [0x80, 0x80, 0x80, 0x80],
        ] as [[UInt8]]) func bytesThatBeginNoCharacterAreReadableAtOnce(bytes: [UInt8])
    {
        let log = log(bytes)
        #expect(log.part(from: 0) == part(String(decoding: bytes, as: UTF8.self), bytes.count))
    }
}
