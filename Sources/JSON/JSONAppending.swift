// JSON text appended to an array of bytes, as much as can be at a time: looking whether the array is shared, and has room, takes
// longer than writing a few bytes.

import CSimdjson

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
        append(atMost: JSONCursor.mostDigits) { $0.put(number) }
    }

    /// Appends the name of a member, which needs no escaping, to an object whose `{` was written, with the comma before it where
    /// it needs one; its value is to follow.
    package mutating func append(member name: StaticString) {
        let isFirst = last == UInt8(ascii: "{")
        append(atMost: JSONCursor.bytes(ofMember: name)) { $0.put(member: name, isFirst: isFirst) }
    }

    /// Appends a member whose value is a number.
    package mutating func append(member name: StaticString, number: Int) {
        let isFirst = last == UInt8(ascii: "{")
        append(atMost: JSONCursor.bytes(ofMember: name) + JSONCursor.mostDigits) {
            $0.put(member: name, isFirst: isFirst)
            $0.put(number)
        }
    }

    /// Appends a member whose value is text that needs no escaping.
    package mutating func append(member name: StaticString, word: Span<UInt8>) {
        let isFirst = last == UInt8(ascii: "{")
        append(atMost: JSONCursor.bytes(ofMember: name) + word.count + 2) {
            $0.put(member: name, isFirst: isFirst)
            $0.put(quoted: word)
        }
    }

    /// Appends a member whose value is a constant that needs no escaping.
    package mutating func append(member name: StaticString, word: StaticString) {
        let isFirst = last == UInt8(ascii: "{")
        append(atMost: JSONCursor.bytes(ofMember: name) + word.utf8CodeUnitCount + 2) {
            $0.put(member: name, isFirst: isFirst)
            $0.put(quoted: word)
        }
    }

    /// Appends what `write` puts, in one go.
    ///
    /// - Parameter count: the most bytes that it puts.
    @inline(__always)
    package mutating func append(atMost count: Int, _ write: (inout JSONCursor) -> Void) {
        append(addingCapacity: count) { output in
            output.withUnsafeMutableBufferPointer { bytes, filled in
                let start = bytes.baseAddress! + filled
                var cursor = JSONCursor(start, room: count)
                write(&cursor)
                filled += cursor.position - start
            }
        }
    }
}

/// Puts JSON text into memory that has room for it; more than that ends the program.
@safe package struct JSONCursor: ~Copyable, ~Escapable {
    /// Of a number with its sign.
    package static let mostDigits = 20

    /// Where the next byte goes.
    fileprivate var position: UnsafeMutablePointer<UInt8>
    private let end: UnsafeMutablePointer<UInt8>

    @_lifetime(immortal)
    fileprivate init(_ start: UnsafeMutablePointer<UInt8>, room: Int) {
        position = start
        end = start + room
    }

    /// Of a member's name with its comma, quotes and colon.
    package static func bytes(ofMember name: StaticString) -> Int { name.utf8CodeUnitCount + 4 }

    @inline(__always)
    private func need(_ count: Int) { precondition(end - position >= count, "more than was told") }

    /// Puts a constant as it stands.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func put(_ text: StaticString) {
        need(text.utf8CodeUnitCount)
        csimdjson_copy(position, text.utf8Start, text.utf8CodeUnitCount)
        position += text.utf8CodeUnitCount
    }

    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func put(_ byte: UInt8) {
        need(1)
        position.initialize(to: byte)
        position += 1
    }

    @inline(__always)
    @_lifetime(self: copy self)
    fileprivate mutating func put(member name: StaticString, isFirst: Bool) {
        need(Self.bytes(ofMember: name))
        if !isFirst { put(UInt8(ascii: ",")) }
        put(UInt8(ascii: "\""))
        put(name)
        put(UInt8(ascii: "\""))
        put(UInt8(ascii: ":"))
    }

    /// Puts a number in decimal digits; there must be room for `mostDigits`.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func put(_ number: Int) {
        need(Self.mostDigits)
        position = csimdjson_put_integer(position, Int64(number))
    }

    /// Puts a member that is not the first one of its object, and whose value is a number; nothing where there is no value.
    @_lifetime(self: copy self)
    package mutating func put(member name: StaticString, number: Int?) {
        guard let number else { return }
        put(member: name, isFirst: false)
        put(number)
    }

    /// Puts a member that is not the first one of its object, and whose value is text that needs no escaping.
    @_lifetime(self: copy self)
    package mutating func put(member name: StaticString, word: StaticString) {
        put(member: name, isFirst: false)
        put(quoted: word)
    }

    /// Puts a member that is not the first one of its object, and whose value is 16 hexadecimal digits.
    @_lifetime(self: copy self)
    package mutating func put(member name: StaticString, hexadecimal number: UInt64) {
        put(member: name, isFirst: false)
        put(UInt8(ascii: "\""))
        need(16)
        position = csimdjson_put_hexadecimal(position, number)
        put(UInt8(ascii: "\""))
    }

    @inline(__always)
    @_lifetime(self: copy self)
    fileprivate mutating func put(quoted word: StaticString) {
        put(UInt8(ascii: "\""))
        put(word)
        put(UInt8(ascii: "\""))
    }

    @inline(__always)
    @_lifetime(self: copy self)
    fileprivate mutating func put(quoted word: Span<UInt8>) {
        need(word.count + 2)
        put(UInt8(ascii: "\""))
        word.withUnsafeBufferPointer {
            if let start = $0.baseAddress { csimdjson_copy(position, start, $0.count) }
        }
        position += word.count
        put(UInt8(ascii: "\""))
    }
}
