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
            // Digit by digit: a text may have millions of them.
            append(UInt8(ascii: "u"))
            append(UInt8(ascii: "0"))
            append(UInt8(ascii: "0"))
            append((byte >> 4) + UInt8(ascii: "0"))
            let digit = byte & 0xF
            append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
        default: append(byte)
        }
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

    /// Appends a member's name, which needs no escaping; its value is to follow.
    mutating func append(member name: String) {
        if last != UInt8(ascii: "{") { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\""))
        append(text: name)
        append(text: "\":")
    }

    /// Appends a member, unless there is no value.
    mutating func append(member name: String, number: Int?) {
        guard let number else { return }
        append(member: name)
        append(number: number)
    }

    /// Appends a member, unless there is no value.
    mutating func append(member name: String, string: String?) {
        guard let string else { return }
        append(member: name)
        append(jsonString: string)
    }

    /// Appends a member whose value is one of the words of the protocol, which need no escaping.
    mutating func append(member name: String, word: String) {
        append(member: name)
        append(text: "\"")
        append(text: word)
        append(text: "\"")
    }

    /// Appends a member that is true, or nothing.
    mutating func append(member name: String, flag: Bool) {
        guard flag else { return }
        append(member: name)
        append(text: "true")
    }

    /// Appends a member whose value is an array.
    mutating func append<Value>(
        member name: String, array: [Value], _ write: (inout [UInt8], Value) -> Void
    ) {
        append(member: name)
        append(text: "[")
        for (index, element) in array.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            write(&self, element)
        }
        append(text: "]")
    }
}
