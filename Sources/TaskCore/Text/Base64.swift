/// Bytes as text by RFC 4648, section 4: padded, without whitespace. Each sequence of bytes has exactly one text.
package enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The value of each byte as a digit; 64 if it is not a digit.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    package static func encode(_ bytes: [UInt8]) -> String {
        let digits = digits.span
        let source = bytes.span
        var text = [UInt8](repeating: padding, count: (source.count + 2) / 3 * 4)
        var output = text.mutableSpan
        let rest = source.count % 3
        for group in 0..<(source.count / 3) {
            let start = group * 3
            let word = UInt32(source[start]) << 16 | UInt32(source[start + 1]) << 8 | UInt32(source[start + 2])
            for place in 0..<4 { output[group * 4 + place] = digits[Int(word >> UInt32(18 - 6 * place) & 63)] }
        }
        if rest > 0 {
            let start = source.count - rest
            let word = UInt32(source[start]) << 16 | (rest == 2 ? UInt32(source[start + 1]) << 8 : 0)
            for place in 0...rest { output[start / 3 * 4 + place] = digits[Int(word >> UInt32(18 - 6 * place) & 63)] }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether `decode` accepts the text. Allocates nothing: requests are checked on the event loop.
    package static func isValid(_ text: String) -> Bool { byteCount(text.utf8Span.span) != nil }

    /// - Returns: nil if the text is not what `encode` makes of some bytes.
    package static func decode(_ text: String) -> [UInt8]? {
        let source = text.utf8Span.span
        guard let count = byteCount(source) else { return nil }
        let values = values.span
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 2)
        for start in stride(from: 0, to: source.count, by: 4) {
            var word: UInt32 = 0
            for index in start..<start + 4 { word = word << 6 | UInt32(values[Int(source[index])] & 63) }
            bytes.append(UInt8(truncatingIfNeeded: word >> 16))
            bytes.append(UInt8(truncatingIfNeeded: word >> 8))
            bytes.append(UInt8(truncatingIfNeeded: word))
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// The number of bytes that the text stands for; nil if it is invalid.
    private static func byteCount(_ text: Span<UInt8>) -> Int? {
        guard text.count.isMultiple(of: 4) else { return nil }
        guard text.count > 0 else { return 0 }
        var digitCount = text.count
        while digitCount > text.count - 2, text[digitCount - 1] == padding { digitCount -= 1 }
        let values = values.span
        // Combining all values is twice as fast as stopping at the first that is not a digit.
        var combined: UInt8 = 0
        for index in 0..<digitCount { combined |= values[Int(text[index])] }
        guard combined < 64 else { return nil }
        // The bits of the last digit that belong to no byte must be 0.
        let paddingCount = text.count - digitCount
        guard values[Int(text[digitCount - 1])] & (1 << (2 * UInt8(paddingCount)) - 1) == 0 else { return nil }
        return text.count / 4 * 3 - paddingCount
    }
}
