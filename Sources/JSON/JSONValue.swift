import CSimdjson

/// A parsed JSON object. It lives as long as the call that provides it.
@safe package struct JSONObject: ~Escapable {
    private let object: UnsafePointer<csimdjson_object>

    @_lifetime(immortal)
    init(_ object: UnsafePointer<csimdjson_object>) { self.object = object }

    /// The number of members, counting repeated names each time.
    package var count: Int { object.pointee.count }

    /// The members with one name.
    package enum Lookup: ~Escapable {
        case absent
        case one(JSONValue)
        /// More than one member has the name.
        case repeated
    }

    /// Looks a name up, byte for byte, usually in O(1); in O(`count`) if other names have the same hash.
    package subscript(name: StaticString) -> Lookup {
        @_lifetime(copy self) get {
            let value = csimdjson_find(object, name.utf8Start, name.utf8CodeUnitCount)
            if value.document != nil { return .one(JSONValue(value)) }
            return value.index == 0 ? .absent : .repeated
        }
    }

    /// Maps the name and the value of each member, in the order of the text.
    package func map<Element>(_ body: (String, borrowing JSONValue) -> Element) -> [Element] {
        var rest = csimdjson_members(object)
        var name = csimdjson_element()
        var value = csimdjson_element()
        var elements: [Element] = []
        while csimdjson_next(&rest, &name), csimdjson_next(&rest, &value), let name = JSONValue(name).string {
            elements.append(body(name, JSONValue(value)))
        }
        return elements
    }
}

/// A JSON value. It lives as long as its object. Reading a string copies it.
@safe package struct JSONValue: ~Escapable {
    private let element: csimdjson_element

    @_lifetime(immortal)
    init(_ element: csimdjson_element) { self.element = element }

    package var isNull: Bool { csimdjson_is_null(element) }

    /// nil unless the value is `true` or `false`.
    package var boolean: Bool? {
        var value = false
        return csimdjson_get_boolean(element, &value) ? value : nil
    }

    /// nil unless the value is written as an integer, without fraction and exponent, and fits 64 bits.
    package var integer: Int? {
        var value: Int64 = 0
        return csimdjson_get_integer(element, &value) ? Int(value) : nil
    }

    package var isString: Bool { text != nil }

    /// nil unless the value is a string.
    package var string: String? { text?.text }

    /// The bytes of the string; nil unless the value is a string.
    package var utf8: [UInt8]? {
        text.map { Array(UnsafeBufferPointer(start: $0.start, count: $0.length)) }
    }

    /// Whether the value is this string, byte for byte. Swift's `==` would normalize, in quadratic time for some texts.
    package func equals(_ text: StaticString) -> Bool {
        self.text.map { csimdjson_equals($0, text.utf8Start, text.utf8CodeUnitCount) } ?? false
    }

    private var text: csimdjson_string? {
        let text = csimdjson_get_string(element)
        return text.start == nil ? nil : text
    }

    /// Passes the object to `body`; returns nil unless the value is an object.
    package func object<Result>(_ body: (borrowing JSONObject) -> Result?) -> Result? {
        var object = csimdjson_object()
        return csimdjson_get_object(element, &object) ? withUnsafePointer(to: object) { body(JSONObject($0)) } : nil
    }

    /// Maps the elements of an array; returns nil if the value is not an array, or if `body` returns nil for an element.
    package func array<Element>(_ body: (borrowing JSONValue) -> Element?) -> [Element]? {
        var rest = csimdjson_sequence()
        var value = csimdjson_element()
        guard csimdjson_get_elements(element, &rest) else { return nil }
        var elements: [Element] = []
        while csimdjson_next(&rest, &value) {
            guard let element = body(JSONValue(value)) else { return nil }
            elements.append(element)
        }
        return elements
    }
}

extension csimdjson_string {
    fileprivate var text: String {
        // Faster than `String(decoding:)` for short strings.
        String(unsafeUninitializedCapacity: length) {
            $0.initialize(fromContentsOf: UnsafeBufferPointer(start: start, count: length))
        }
    }
}
