import CSimdjson

/// The members of one JSON object, in the order of the text; names that stand twice come twice.
///
/// It cannot outlive the read that it belongs to, nor can what it hands out.
@safe package struct JSONMembers: ~Escapable {
    private let first: csimdjson_members

    @_lifetime(immortal)
    init(_ first: csimdjson_members) { self.first = first }

    /// Calls `body` with each member, until it answers false.
    package func forEach(_ body: (borrowing JSONMember) -> Bool) {
        var rest = first
        var raw = csimdjson_member()
        while csimdjson_next(&rest, &raw) {
            guard body(JSONMember(raw)) else { return }
        }
    }
}

/// One member of a JSON object, or one element of an array. No string is made before it is asked for.
@safe package struct JSONMember: ~Escapable {
    private let raw: csimdjson_member

    @_lifetime(immortal)
    init(_ raw: csimdjson_member) { self.raw = raw }

    /// Whether the member's name, unescaped, is `name`, byte for byte.
    package func isNamed(_ name: StaticString) -> Bool { equal(raw.name, raw.name_length, name) }

    /// Whether the value is the string `text`, byte for byte.
    package func isString(_ text: StaticString) -> Bool {
        isString && equal(raw.string, raw.string_length, text)
    }

    /// The member's name, unescaped.
    package var name: String { text(raw.name, raw.name_length) }

    /// Whether the value is a string.
    package var isString: Bool { raw.kind == CSIMDJSON_STRING }

    /// The value, where it is a string.
    package var string: String? {
        guard isString else { return nil }
        guard raw.is_ascii else { return text(raw.string, raw.string_length) }
        let bytes = UnsafeBufferPointer(start: raw.string, count: raw.string_length)
        return String(copying: UTF8Span(unchecked: bytes.span, isKnownASCII: true))
    }

    /// The value's UTF-8, where it is a string.
    package var utf8: [UInt8]? {
        isString ? Array(UnsafeBufferPointer(start: raw.string, count: raw.string_length)) : nil
    }

    /// The value, where it is written as an integer (no fraction, no exponent) that fits 64 bits with a sign.
    package var integer: Int? { raw.kind == CSIMDJSON_INTEGER ? Int(raw.integer) : nil }

    /// The value, where it is `true` or `false`.
    package var boolean: Bool? { raw.kind == CSIMDJSON_BOOL ? raw.boolean : nil }

    /// Whether the value is `null`.
    package var isNull: Bool { raw.kind == CSIMDJSON_NULL }

    /// Hands the value's members to `body`, where the value is an object; else answers nil.
    package func withMembers<Result>(_ body: (borrowing JSONMembers) -> Result) -> Result? {
        raw.kind == CSIMDJSON_OBJECT ? body(JSONMembers(raw.members)) : nil
    }

    /// Whether the value is an array.
    package var isArray: Bool { raw.kind == CSIMDJSON_ARRAY }

    /// What `body` makes of each element, where the value is an array, but for those of which it makes nothing; an
    /// element is a member whose name is empty.
    package func elements<Result>(_ body: (borrowing JSONMember) -> Result?) -> [Result] {
        var results: [Result] = []
        guard isArray else { return results }
        var rest = raw.elements
        var element = csimdjson_member()
        while csimdjson_next_element(&rest, &element) {
            if let result = body(JSONMember(element)) { results.append(result) }
        }
        return results
    }

    /// Not as Swift's strings are compared: that normalises, which takes quadratic time for some of them.
    private func equal(_ start: UnsafePointer<UInt8>, _ count: Int, _ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && csimdjson_equal(start, text.utf8Start, count)
    }

    private func text(_ start: UnsafePointer<UInt8>, _ count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
