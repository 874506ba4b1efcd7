extension [UInt8] {
    /// Appends what a span holds, all at once.
    package mutating func append(copying bytes: Span<UInt8>) {
        // Appending nothing would write to the storage that all empty arrays share.
        guard bytes.count > 0 else { return }
        append(addingCapacity: bytes.count) { output in
            for index in bytes.indices { output.append(bytes[index]) }
        }
    }
}

/// The one writer of JSON text. Everything else about a message is a constant.
extension [UInt8] {
    /// Appends text as it stands.
    package mutating func append(text: String) {
        append(copying: text.utf8Span.span)
    }

    /// Appends a number in decimal digits.
    package mutating func append(number: Int) {
        append(text: String(number))
    }

    /// Appends a JSON string with its quotes: raw UTF-8, in which only `"`, `\` and U+0000 to U+001F are escaped.
    package mutating func append(jsonString string: String) {
        append(UInt8(ascii: "\""))
        let bytes = string.utf8Span.span
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(copying: bytes.extracting(start..<index))
            append(escaped: byte)
            start = index + 1
        }
        append(copying: bytes.extracting(start...))
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        case 0..<0x20:
            append(text: byte < 0x10 ? "u000" : "u00")
            append(text: String(byte, radix: 16))
        default: append(byte)
        }
    }
}
