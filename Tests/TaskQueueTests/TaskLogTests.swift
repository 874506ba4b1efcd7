import ModelRuns
import Testing

@testable import TaskQueue

/// A log as one would write it without a thought for memory or speed.
struct ReferenceLog {
    let capacity: Int
    var bytes: [UInt8] = []
    var hasEnded = false

    init(capacity: Int) { self.capacity = capacity }

    var start: Int { max(0, bytes.count - capacity) }

    /// What stands at the end is the beginning of a character where some bytes more make it one.
    var readableEnd: Int {
        guard !hasEnded else { return bytes.count }
        for length in 1...3 where bytes.count >= length {
            for byte in [0x80, 0x90, 0xA0] as [UInt8] {
                for more in 1...3 {
                    let character: [UInt8] =
                        Array(bytes.suffix(length)) + [byte] + Array(repeating: 0x80, count: more - 1)
                    if let text = String(validating: character, as: UTF8.self), text.unicodeScalars.count == 1 {
                        return bytes.count - length
                    }
                }
            }
        }
        return bytes.count
    }

    func part(from offset: Int) -> TaskLog.Part {
        let end = readableEnd
        let asked = min(offset, end)
        var first = max(asked, start)
        if asked < start {
            first += bytes[first..<end].prefix(3).prefix { (0x80..<0xC0).contains($0) }.count
        }
        return TaskLog.Part(
            text: String(decoding: bytes[first..<end], as: UTF8.self), next: end, skipped: first - asked)
    }
}

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

    @Test func onlyTheEndIsKept() {
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

    /// It waits for its rest, unless nothing comes any more.
    @Test(arguments: ["я", "€", "😀", "\u{d7ff}", "\u{e000}", "\u{10ffff}", "\u{800}", "\u{10000}"])
    func anUnfinishedCharacterIsKeptBack(character: String) {
        let bytes = Array(character.utf8)
        for length in 1..<bytes.count {
            var log = log(Array("a".utf8), Array(bytes[..<length]))
            #expect(log.part(from: 0) == part("a", 1))
            #expect(log.part(from: 2) == part("", 1), "no offset lies within it")
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
        ] as [[UInt8]]) func whatIsNoBeginningOfACharacterIsToldAtOnce(bytes: [UInt8])
    {
        let log = log(bytes)
        #expect(log.part(from: 0) == part(String(decoding: bytes, as: UTF8.self), bytes.count))
    }

    /// The rest of a character whose beginning is gone is none.
    @Test func whatIsLeftOfACharacterIsSkipped() {
        let log = log(Array("я😀xxxxxxx".utf8))  // 2, 4 and 7 bytes: 3 too many
        #expect(log.part(from: 0) == part("xxxxxxx", 13, skipped: 6))
        #expect(log.part(from: 3) == part("\u{fffd}\u{fffd}\u{fffd}xxxxxxx", 13), "which nobody was told to ask for")
    }

    /// Whatever is written, in whatever pieces: parts that follow each other are the whole, where nothing was dropped between.
    @Test func agreesWithTheReference() {
        var generator = SeededGenerator(seed: UInt64.random(in: 0..<1 << 32))
        let pieces: [[UInt8]] = [
            Array("я".utf8), Array("😀".utf8), Array("€a\n".utf8), [0xF0, 0x9F], [0x80], [0xE2], [0xFF],
        ]
        for _ in 0..<2000 {
            let capacity = generator.number(4..<40)
            var log = TaskLog(capacity: capacity)
            var reference = ReferenceLog(capacity: capacity)
            var next = 0
            var told = ""
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
                (next, told, skipped) = (part.next, told + part.text, skipped + part.skipped)
            }
            log.end()
            reference.hasEnded = true
            let part = log.part(from: next)
            #expect(part == reference.part(from: next) && part.next == reference.bytes.count)
            if skipped + part.skipped == 0 {
                #expect(told + part.text == String(decoding: reference.bytes, as: UTF8.self))
            }
        }
    }

    /// 64 MiB in small writes: what is dropped is moved now and then only.
    @Test func manyAppendsTakeLinearTime() {
        var log = TaskLog()
        let line = Array(String(repeating: "x", count: 63).utf8) + [10]
        let time = ContinuousClock().measure { for _ in 0..<(1 << 20) { log.append(line) } }
        #expect(time < .seconds(10) && log.count == TaskLog.standardCapacity && log.readableEnd == 64 << 20)
    }
}
