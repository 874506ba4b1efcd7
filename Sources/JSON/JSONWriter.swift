import CSimdjson

/// Writes JSON text: the only place in the project that does.
///
/// A comma is written before a member or an element if the text before it requires one. Callers do not write commas.
@safe package struct JSONWriter: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int

    /// The number of bytes written.
    package private(set) var count = 0

    /// Allocates nothing until something is written: until then, `start` must not be dereferenced.
    package init() {
        capacity = 0
        start = UnsafeMutablePointer(bitPattern: 1)!
    }

    deinit { if capacity > 0 { start.deallocate() } }

    /// The text so far.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self) get {
            let bytes = Span(_unsafeStart: start, count: count)
            return _overrideLifetime(bytes, borrowing: self)
        }
    }

    /// Removes all text. Keeps the memory unless it is more than `keepingCapacity` bytes.
    package mutating func removeAll(keepingCapacity: Int = .max) {
        if capacity > keepingCapacity { self = JSONWriter() }
        count = 0
    }

    // MARK: Containers

    /// Writes one object on a line of its own: a message of the protocol.
    package mutating func message(_ members: (inout JSONWriter) -> Void) {
        append(UInt8(ascii: "{"))
        members(&self)
        append("}\n")
    }

    /// Writes an object as the next element, or as the value of the member whose name was written last.
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        appendSeparator()
        append(UInt8(ascii: "{"))
        members(&self)
        append(UInt8(ascii: "}"))
    }

    /// Writes an array as the value of the member whose name was written last.
    package mutating func array<Elements: Sequence>(
        _ elements: Elements, _ element: (inout JSONWriter, Elements.Element) -> Void
    ) {
        append(UInt8(ascii: "["))
        for next in elements { element(&self, next) }
        append(UInt8(ascii: "]"))
    }

    // MARK: Names of members; the value must follow

    /// - Parameter name: text that needs no escaping.
    package mutating func name(_ name: StaticString) {
        var end = beginItem(ofAtMost: name.utf8CodeUnitCount + 3)
        quote(name, &end)
        end.put(UInt8(ascii: ":"))
        endItem(at: end)
    }

    package mutating func name(escaping name: String) {
        string(name)
        append(UInt8(ascii: ":"))
    }

    // MARK: Values: an element, or the value of the member whose name was written last

    package mutating func null() {
        appendSeparator()
        append("null")
    }

    package mutating func boolean(_ value: Bool) {
        appendSeparator()
        append(value ? "true" : "false")
    }

    package mutating func integer(_ value: Int) {
        let end = beginItem(ofAtMost: Int(CSIMDJSON_MAX_DIGITS))
        endItem(at: end + csimdjson_write_integer(Int64(value), end))
    }

    /// Writes a string of 16 hexadecimal digits.
    package mutating func hexadecimal(_ value: UInt64) {
        var end = beginItem(ofAtMost: 18)
        end.put(UInt8(ascii: "\""))
        for digit in 0..<16 {
            end.put(hexDigit(UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * digit) & 0xF)))
        }
        end.put(UInt8(ascii: "\""))
        endItem(at: end)
    }

    /// Writes a string that needs no escaping.
    package mutating func word(_ value: StaticString) {
        var end = beginItem(ofAtMost: value.utf8CodeUnitCount + 2)
        quote(value, &end)
        endItem(at: end)
    }

    package mutating func string(_ value: String) { string(utf8: value.utf8Span.span) }

    /// Writes UTF-8 as it is, except for `"`, `\` and the control characters U+0000 to U+001F, which are escaped
    /// (RFC 8259, section 7).
    package mutating func string(utf8 text: Span<UInt8>) {
        appendSeparator()
        append(UInt8(ascii: "\""))
        var position = 0
        while let escaped = text.firstEscapedByte(from: position) {
            append(text.extracting(position..<escaped))
            append(escaping: text[escaped])
            position = escaped + 1
        }
        append(text.extracting(position...))
        append(UInt8(ascii: "\""))
    }

    // MARK: Bytes

    /// Whether a comma comes next: not at the beginning of a container or a line, nor before the value of a member.
    private var needsSeparator: Bool {
        guard count > 0 else { return false }
        return switch start[count - 1] {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: "\n"): false
        default: true
        }
    }

    private mutating func appendSeparator() { if needsSeparator { append(UInt8(ascii: ",")) } }

    /// Makes room for a name or a value, and writes the comma before it if one is needed.
    ///
    /// - Returns: where the item is to be written.
    @inline(__always)
    private mutating func beginItem(ofAtMost length: Int) -> UnsafeMutablePointer<UInt8> {
        reserve(length + 1)
        var end = start + count
        if needsSeparator { end.put(UInt8(ascii: ",")) }
        return end
    }

    @inline(__always)
    private mutating func endItem(at end: UnsafeMutablePointer<UInt8>) { count = end - start }

    @inline(__always)
    private func quote(_ text: StaticString, _ end: inout UnsafeMutablePointer<UInt8>) {
        end.put(UInt8(ascii: "\""))
        end.initialize(from: text.utf8Start, count: text.utf8CodeUnitCount)
        end += text.utf8CodeUnitCount
        end.put(UInt8(ascii: "\""))
    }

    private mutating func append(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): append(#"\n"#)
        case UInt8(ascii: "\r"): append(#"\r"#)
        case UInt8(ascii: "\t"): append(#"\t"#)
        case UInt8(ascii: "\""): append(#"\""#)
        case UInt8(ascii: "\\"): append(#"\\"#)
        default:
            append(#"\u00"#)
            append(hexDigit(byte >> 4))
            append(hexDigit(byte & 0xF))
        }
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        reserve(1)
        start[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func append(_ text: StaticString) { append(text.utf8Start, text.utf8CodeUnitCount) }

    @inline(__always)
    private mutating func append(_ text: Span<UInt8>) {
        text.withUnsafeBufferPointer { text in
            if let first = text.baseAddress { append(first, text.count) }
        }
    }

    @inline(__always)
    private mutating func append(_ text: UnsafePointer<UInt8>, _ length: Int) {
        reserve(length)
        (start + count).initialize(from: text, count: length)
        count += length
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(by: more) }
    }

    private mutating func grow(by more: Int) {
        let wasAllocated = capacity > 0
        capacity = max(2 * capacity, count + more, 256)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.moveInitialize(from: start, count: count)
        if wasAllocated { start.deallocate() }
        start = larger
    }
}

extension UnsafeMutablePointer<UInt8> {
    /// Writes a byte and moves on.
    @inline(__always)
    fileprivate mutating func put(_ byte: UInt8) {
        pointee = byte
        self += 1
    }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
