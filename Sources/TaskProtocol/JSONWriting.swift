import JSON
import TaskCore

/// The one writer of JSON text. Everything else about a message is a constant.
extension [UInt8] {
    /// Appends what a span holds, all at once.
    package mutating func append(copying bytes: Span<UInt8>) { append(bytes) }

    /// Appends text as it stands.
    package mutating func append(text: String) {
        append(copying: text.utf8Span.span)
    }

    /// Appends a JSON string with its quotes: raw UTF-8, in which only `"`, `\` and U+0000 to U+001F are escaped.
    package mutating func append(jsonString string: String) { append(jsonString: string.utf8Span.span) }

    mutating func append(jsonString data: TaskData) { append(jsonString: data.utf8.span) }

    private mutating func append(jsonString bytes: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        var start = 0
        while let special = bytes.firstSpecialByte(from: start, to: bytes.count) {
            append(copying: bytes.extracting(start..<special))
            append(escaped: bytes[special])
            start = special + 1
        }
        append(copying: bytes.extracting(start...))
        append(UInt8(ascii: "\""))
    }

    fileprivate mutating func append(escaped byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
        case 0..<0x20:
            // Digit by digit: a text may have millions of them.
            append(UInt8(ascii: "u"))
            append(UInt8(ascii: "0"))
            append(UInt8(ascii: "0"))
            append(hexDigit: byte >> 4)
            append(hexDigit: byte & 0xF)
        default: append(byte)
        }
    }

    fileprivate mutating func append(hexDigit digit: UInt8) {
        append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
    }
}

/// Members of an object whose `{` was written, with the comma before each that needs one.
extension [UInt8] {
    /// Appends the name of a member that is none of the words of the protocol; its value is to follow.
    mutating func append(escapedMember name: String) {
        if last != UInt8(ascii: "{") { append(UInt8(ascii: ",")) }
        append(jsonString: name)
        append(UInt8(ascii: ":"))
    }

    /// Appends a member, unless there is no value.
    mutating func append(member name: StaticString, number: Int?) {
        if let number { append(member: name, number: number) }
    }

    /// Appends a member, unless there is no value.
    mutating func append(member name: StaticString, string: String?) {
        guard let string else { return }
        let bytes = string.utf8Span.span
        if bytes.firstSpecialByte(from: 0, to: bytes.count) == nil {
            append(member: name, word: bytes)
        } else {
            append(member: name)
            append(jsonString: string)
        }
    }

    /// Appends a member whose value is one of the words of the protocol, which need no escaping.
    mutating func append(member name: StaticString, word: String) {
        append(member: name, word: word.utf8Span.span)
    }

    /// Appends a member that is true, or nothing.
    mutating func append(member name: StaticString, flag: Bool) {
        guard flag else { return }
        append(member: name)
        append("true")
    }

    /// Appends a member whose value is an array.
    mutating func append<Value>(
        member name: StaticString, array: [Value], _ write: (inout [UInt8], Value) -> Void
    ) {
        append(member: name)
        append("[")
        for (index, element) in array.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            write(&self, element)
        }
        append("]")
    }
}
