import CSimdjson

/// A parsed JSON object. It lives as long as the call that provides it.
@safe package struct JSONObject: ~Escapable {
    private let members: UnsafeBufferPointer<csimdjson_member>

    @_lifetime(immortal)
    init(_ members: UnsafeBufferPointer<csimdjson_member>) { self.members = members }

    /// The number of members, counting repeated names each time.
    package var count: Int { members.count }

    /// The members with one name.
    package enum Lookup: ~Escapable {
        case absent
        case one(JSONValue)
        /// More than one member has the name.
        case repeated
    }

    /// Looks a name up, byte for byte, in O(`count`).
    package subscript(name: StaticString) -> Lookup {
        @_lifetime(copy self) get {
            var isRepeated = false
            let value = csimdjson_find(
                members.baseAddress, members.count, name.utf8Start, name.utf8CodeUnitCount, &isRepeated)
            guard let value else { return .absent }
            return isRepeated ? .repeated : .one(JSONValue(value))
        }
    }

    /// Calls `body` with the name and the value of each member, in the order of the text.
    package func forEach(_ body: (String, borrowing JSONValue) -> Void) {
        for member in members { withUnsafePointer(to: member.value) { body(member.name.text, JSONValue($0)) } }
    }
}

/// A JSON value. It lives as long as its object. Reading a string copies it.
@safe package struct JSONValue: ~Escapable {
    // A pointer, because a copy of the value would not be returned in registers.
    private let value: UnsafePointer<csimdjson_value>

    @_lifetime(immortal)
    init(_ value: UnsafePointer<csimdjson_value>) { self.value = value }

    private var raw: csimdjson_value { value.pointee }

    package var isNull: Bool { raw.kind == CSIMDJSON_NULL }

    /// nil unless the value is `true` or `false`.
    package var boolean: Bool? { raw.kind == CSIMDJSON_BOOL ? raw.boolean : nil }

    /// nil unless the value is written as an integer, without fraction and exponent, and fits 64 bits.
    package var integer: Int? { raw.kind == CSIMDJSON_INTEGER ? Int(raw.integer) : nil }

    package var isString: Bool { raw.kind == CSIMDJSON_STRING }

    /// nil unless the value is a string.
    package var string: String? { raw.kind == CSIMDJSON_STRING ? raw.string.text : nil }

    /// The bytes of the string; nil unless the value is a string.
    package var utf8: [UInt8]? {
        guard raw.kind == CSIMDJSON_STRING else { return nil }
        return Array(UnsafeBufferPointer(start: raw.string.start, count: raw.string.length))
    }

    /// Whether the value is this string, byte for byte. Swift's `==` would normalize, in quadratic time for some texts.
    package func equals(_ text: StaticString) -> Bool {
        raw.kind == CSIMDJSON_STRING && csimdjson_equals(raw.string, text.utf8Start, text.utf8CodeUnitCount)
    }

    /// Passes the object to `body`; returns nil unless the value is an object.
    package func object<Result>(_ body: (borrowing JSONObject) -> Result?) -> Result? {
        guard raw.kind == CSIMDJSON_OBJECT else { return nil }
        var members: [csimdjson_member] = []
        var rest = raw.sequence
        var member = csimdjson_member()
        while csimdjson_next_member(&rest, &member) { members.append(member) }
        return members.withUnsafeBufferPointer { body(JSONObject($0)) }
    }

    /// Maps the elements of an array; returns nil if the value is not an array, or if `body` returns nil for an element.
    package func array<Element>(_ body: (borrowing JSONValue) -> Element?) -> [Element]? {
        guard raw.kind == CSIMDJSON_ARRAY else { return nil }
        var elements: [Element] = []
        var rest = raw.sequence
        var value = csimdjson_value()
        while csimdjson_next_element(&rest, &value) {
            guard let element = withUnsafePointer(to: value, { body(JSONValue($0)) }) else { return nil }
            elements.append(element)
        }
        return elements
    }
}

extension csimdjson_string {
    fileprivate var text: String { String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self) }
}
