import Testing

@testable import JSON

struct SpecialBytesTests {
    /// 40 bytes are two blocks of 16 and a rest.
    @Test func theFirstSpecialByteIsFoundAtEveryPlaceOfABlock() {
        for special: UInt8 in [0x00, 0x0A, 0x1F, UInt8(ascii: "\""), UInt8(ascii: "\\")] {
            for place in 0..<40 {
                var bytes = [UInt8](repeating: 0x20, count: 40)
                bytes[place] = special
                for range in [0..<40, place..<40, 0..<place + 1, place..<place + 1, 0..<place, place + 1..<40, 3..<38] {
                    let expected = range.contains(place) ? place : nil
                    #expect(bytes.span.firstSpecialByte(in: range) == expected, "\(place) in \(range)")
                }
            }
        }
    }

    @Test func theFirstOfTwoIsFound() {
        for first in 0..<40 {
            for second in first..<40 {
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 40)
                bytes[first] = UInt8(ascii: "\n")
                bytes[second] = UInt8(ascii: "\"")
                #expect(bytes.span.firstSpecialByte(in: 0..<40) == first)
            }
        }
    }

    @Test func noOtherByteIsSpecial() {
        let others = (UInt8(0x20)...0xFF).filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        #expect(others.span.firstSpecialByte(in: 0..<others.count) == nil)
        let none: [UInt8] = []
        #expect(none.span.firstSpecialByte(in: 0..<0) == nil)
    }
}
