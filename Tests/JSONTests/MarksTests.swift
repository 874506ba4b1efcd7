import Testing

@testable import JSON

struct MarksTests {
    @Test(arguments: [1, 17, 63, 64]) func eachMarkOfABlockIsFound(length: Int) {
        let text = Array(#"{"a\"b": {"c": [1, 2]}, "d\\": "{}"}"#.utf8) + [0x0A, 0x0D, 0x00, 0xFF]
        for start in 0..<text.count {
            let bytes = (0..<(start + 64)).map { text[$0 % text.count] }
            let marks = bytes.span.marks(from: start, length: length)
            for offset in 0..<Marks.blockSize {
                let byte = offset < length ? bytes[start + offset] : 0
                let bit: UInt64 = 1 << UInt64(offset)
                #expect((marks.quotes & bit != 0) == (byte == UInt8(ascii: "\"")))
                #expect((marks.backslashes & bit != 0) == (byte == UInt8(ascii: "\\")))
                #expect((marks.bracesAndNewlines & bit != 0) == Array("{}\n".utf8).contains(byte))
            }
        }
    }

    /// 150 bytes are two blocks of 64 and a rest.
    @Test func theFirstByteToEscapeIsFoundAtEachPlace() {
        for escaped: UInt8 in [0x00, 0x0A, 0x1F, UInt8(ascii: "\""), UInt8(ascii: "\\")] {
            for place in 0..<150 {
                var bytes = [UInt8](repeating: 0x20, count: 150)
                bytes[place] = escaped
                for start in [0, 3, place, place + 1, 150] {
                    #expect(bytes.span.firstEscapedByte(from: start) == (start <= place ? place : nil))
                }
                bytes[149] = 0
                #expect(bytes.span.firstEscapedByte(from: 0) == place)
            }
        }
    }

    @Test func noOtherByteIsEscaped() {
        let others = (UInt8(0x20)...0xFF).filter { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        #expect(others.span.firstEscapedByte(from: 0) == nil)
        #expect(Span<UInt8>().firstEscapedByte(from: 0) == nil)
    }
}
