/// Bytes as text: RFC 4648, section 4, padded, without white space.
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// What each byte stands for as a digit; 64 for those that are none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    private static let padding = UInt8(ascii: "=")

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var word: UInt32 = 0
            for offset in 0..<3 { word = word << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0) }
            for place in 0..<4 {
                text.append(place <= count ? digits[Int(word >> (18 - 6 * UInt32(place)) & 63)] : padding)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil where the text is not what `encode` makes of some bytes: each has one text only.
    package static func decode(_ text: String) -> [UInt8]? {
        let source = text.utf8Span.span
        guard source.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count / 4 * 3)
        for start in stride(from: 0, to: source.count, by: 4) {
            var paddings = 0
            var word: UInt32 = 0
            for offset in 0..<4 {
                let digit = source[start + offset]
                let value = values[Int(digit)]
                if value < 64, paddings == 0 {
                    word = word << 6 | UInt32(value)
                } else if digit == padding, offset >= 2, start + 4 == source.count {
                    paddings += 1
                    word <<= 6
                } else {
                    return nil
                }
            }
            // What the padding stands for must be 0.
            guard paddings == 0 || word & (1 << (8 * UInt32(paddings)) - 1) == 0 else { return nil }
            for offset in 0..<(3 - paddings) {
                bytes.append(UInt8(truncatingIfNeeded: word >> (16 - 8 * UInt32(offset))))
            }
        }
        return bytes
    }
}
