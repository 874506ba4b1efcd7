// JSON text appended to an array of bytes, a whole member at a time: looking whether the array is shared, and has room, takes
// longer than writing a few bytes.

extension [UInt8] {
    /// Appends a constant as it stands.
    package mutating func append(_ text: StaticString) {
        append(atMost: text.utf8CodeUnitCount) { $0.put(text) }
    }

    /// Appends what a span holds.
    package mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    /// Appends a number in decimal digits.
    package mutating func append(number: Int) {
        append(atMost: Cursor.mostDigits) { $0.put(number) }
    }

    /// Appends the name of a member, which needs no escaping, to an object whose `{` was written, with the comma before it where
    /// it needs one; its value is to follow.
    package mutating func append(member name: StaticString) {
        let isFirst = last == UInt8(ascii: "{")
        append(atMost: Cursor.bytes(ofMember: name)) { $0.put(member: name, isFirst: isFirst) }
    }

    /// Appends a member whose value is a number.
    package mutating func append(member name: StaticString, number: Int) {
        let isFirst = last == UInt8(ascii: "{")
        append(atMost: Cursor.bytes(ofMember: name) + Cursor.mostDigits) {
            $0.put(member: name, isFirst: isFirst)
            $0.put(number)
        }
    }

    /// Appends a member whose value is text that needs no escaping.
    package mutating func append(member name: StaticString, word: Span<UInt8>) {
        let isFirst = last == UInt8(ascii: "{")
        append(atMost: Cursor.bytes(ofMember: name) + word.count + 2) { cursor in
            cursor.put(member: name, isFirst: isFirst)
            cursor.put(UInt8(ascii: "\""))
            word.withUnsafeBufferPointer { cursor.put($0) }
            cursor.put(UInt8(ascii: "\""))
        }
    }

    @inline(__always)
    private mutating func append(atMost count: Int, _ write: (inout Cursor) -> Void) {
        append(addingCapacity: count) { output in
            output.withUnsafeMutableBufferPointer { bytes, filled in
                let start = bytes.baseAddress! + filled
                var cursor = Cursor(position: start)
                write(&cursor)
                filled += cursor.position - start
                assert(cursor.position - start <= count)
            }
        }
    }
}

/// Where the next byte goes; that there is room for it is its user's to see to.
private struct Cursor {
    /// Of a number with its sign.
    static let mostDigits = 20

    var position: UnsafeMutablePointer<UInt8>

    /// With its comma, quotes and colon.
    static func bytes(ofMember name: StaticString) -> Int { name.utf8CodeUnitCount + 4 }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        position.initialize(to: byte)
        position += 1
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        position.initialize(from: start, count: bytes.count)
        position += bytes.count
    }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func put(member name: StaticString, isFirst: Bool) {
        if !isFirst { put(UInt8(ascii: ",")) }
        put(UInt8(ascii: "\""))
        put(name)
        put(UInt8(ascii: "\""))
        put(UInt8(ascii: ":"))
    }

    /// Takes room for `mostDigits`, however few the number has.
    @inline(__always)
    mutating func put(_ number: Int) {
        let end = position + Self.mostDigits
        var start = end
        func putBefore(_ digit: UInt) {
            start -= 1
            start.initialize(to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
        }
        var rest = number.magnitude
        // Two at a time: each division waits for the one before it.
        while rest >= 10 {
            let two = rest % 100
            rest /= 100
            putBefore(two % 10)
            putBefore(two / 10)
        }
        if rest > 0 || start == end { putBefore(rest) }
        if number < 0 { put(UInt8(ascii: "-")) }
        position.update(from: start, count: end - start)
        position += end - start
    }
}
