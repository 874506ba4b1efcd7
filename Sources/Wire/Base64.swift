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

    /// The one text that stands for the bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        let source = bytes.span
        let digits = digits.span
        var text = [UInt8](repeating: padding, count: (source.count + 2) / 3 * 4)
        var output = text.mutableSpan
        for group in 0..<(source.count / 3) {
            let start = group * 3
            let word = UInt32(source[start]) << 16 | UInt32(source[start + 1]) << 8 | UInt32(source[start + 2])
            output[group * 4] = digits[Int(word >> 18)]
            output[group * 4 + 1] = digits[Int(word >> 12 & 63)]
            output[group * 4 + 2] = digits[Int(word >> 6 & 63)]
            output[group * 4 + 3] = digits[Int(word & 63)]
        }
        let rest = source.count % 3
        if rest > 0 {
            let start = source.count - rest
            let word = UInt32(source[start]) << 16 | (rest == 2 ? UInt32(source[start + 1]) << 8 : 0)
            for place in 0...rest {
                output[start / 3 * 4 + place] = digits[Int(word >> (18 - 6 * UInt32(place)) & 63)]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether the text is what `encode` makes of some bytes. Takes nothing from the heap, and about half a nanosecond a byte:
    /// whole requests are checked on the loop.
    package static func isValid(_ text: String) -> Bool { decodedCount(text.utf8Span.span) != nil }

    /// - Returns: nil where the text is not what `encode` makes of some bytes: each has one text only.
    package static func decode(_ text: String) -> [UInt8]? {
        let source = text.utf8Span.span
        guard let count = decodedCount(source) else { return nil }
        let values = values.span
        var bytes = [UInt8](repeating: 0, count: count)
        var output = bytes.mutableSpan
        for group in 0..<(count / 3) {
            let start = group * 4
            let first = UInt32(values[Int(source[start])]) << 18 | UInt32(values[Int(source[start + 1])]) << 12
            let second = UInt32(values[Int(source[start + 2])]) << 6 | UInt32(values[Int(source[start + 3])])
            output[group * 3] = UInt8(truncatingIfNeeded: first >> 16)
            output[group * 3 + 1] = UInt8(truncatingIfNeeded: (first | second) >> 8)
            output[group * 3 + 2] = UInt8(truncatingIfNeeded: second)
        }
        let rest = count % 3
        if rest > 0 {
            let start = source.count - 4
            var word: UInt32 = 0
            for place in 0...rest { word |= UInt32(values[Int(source[start + place])]) << (18 - 6 * UInt32(place)) }
            for place in 0..<rest {
                output[count - rest + place] = UInt8(truncatingIfNeeded: word >> (16 - 8 * UInt32(place)))
            }
        }
        return bytes
    }

    /// How many bytes the text stands for; nil where `encode` makes no such text.
    private static func decodedCount(_ text: Span<UInt8>) -> Int? {
        guard text.count.isMultiple(of: 4) else { return nil }
        guard text.count > 0 else { return 0 }
        var paddings = 0
        while paddings < 2, text[text.count - 1 - paddings] == padding { paddings += 1 }
        let values = values.span
        // Looked at as a whole: to stop at the first that is none takes twice as long.
        var union: UInt8 = 0
        for index in 0..<(text.count - paddings) { union |= values[Int(text[index])] }
        guard union < 64 else { return nil }
        // Of the last digit only a part counts; the rest must be 0.
        let last = values[Int(text[text.count - 1 - paddings])]
        guard last & (1 << (2 * UInt8(paddings)) - 1) == 0 else { return nil }
        return text.count / 4 * 3 - paddings
    }
}
