import Testing

@testable import JSON

struct JSONBytesTests {
    /// At each place of a block, before its beginning and behind the end of what is searched.
    @Test func theFirstSpecialByteIsFoundWhereverItStands() {
        for special: UInt8 in [0x00, 0x0A, 0x1F, UInt8(ascii: "\""), UInt8(ascii: "\\")] {
            for place in 0..<40 {
                var bytes = [UInt8](repeating: 0x20, count: 40)
                bytes[place] = special
                for (start, end) in [(0, 40), (place, 40), (0, place + 1), (place, place + 1), (3, 38)] {
                    let expected = start <= place && place < end ? place : nil
                    #expect(
                        bytes.span.firstSpecialByte(from: start, to: end) == expected, "\(place) in \(start)..<\(end)")
                }
                #expect(bytes.span.firstSpecialByte(from: place + 1, to: 40) == nil)
                #expect(bytes.span.firstSpecialByte(from: 0, to: place) == nil)
            }
        }
    }

    @Test func theFirstOfSeveralIsFound() {
        for first in 0..<40 {
            for second in first..<40 {
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 40)
                bytes[first] = UInt8(ascii: "\n")
                bytes[second] = UInt8(ascii: "\n")
                #expect(bytes.span.firstNewline(from: 0) == first)
                #expect(bytes.span.firstNewline(from: first + 1) == (second > first ? second : nil))
                #expect(bytes.span.firstSpecialByte(from: 0, to: 40) == first)
            }
        }
    }

    @Test func noOtherByteIsSpecial() {
        let others = (UInt8(0x20)...0xFF).filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        #expect(others.span.firstSpecialByte(from: 0, to: others.count) == nil)
        #expect(others.span.firstNewline(from: 0) == nil)
        let none: [UInt8] = []
        #expect(none.span.firstNewline(from: 0) == nil)
    }

    @Test func equality() {
        func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool { left.span.equals(right.span) }
        let bytes: [UInt8] = Array(0..<40)
        #expect(equal(bytes, Array(0..<40)) && equal([], []))
        #expect(!equal(bytes, Array(0..<39)) && !equal([], [0]))
        #expect(!equal(bytes, Array(0..<39) + [0]) && !equal(bytes, [1] + Array(1..<40)))
    }

    @Test func appending() {
        var bytes: [UInt8] = []
        bytes.append("{\"я\":")
        bytes.append([UInt8(1), 2, 3].span)
        bytes.append("")
        #expect(bytes == Array("{\"я\":".utf8) + [1, 2, 3])
    }
}
