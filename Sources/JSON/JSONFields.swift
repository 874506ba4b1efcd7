import CSimdjson

/// Names of members that an object may have, and room for what one has under them: reading all in one pass is quicker than
/// asking each member for its name. Not thread-safe.
@safe package final class JSONNames {
    let raw: UnsafeMutablePointer<csimdjson_names>
    let fields: UnsafeMutablePointer<csimdjson_fields>

    /// - Parameter names: at most 32, all different, of 1 to 31 bytes; each is known by its place here.
    package init(_ names: [StaticString]) {
        precondition(names.count <= Int(CSIMDJSON_MOST_NAMES))
        raw = .allocate(capacity: 1)
        fields = .allocate(capacity: 1)
        csimdjson_no_names(raw)
        for (number, name) in names.enumerated() {
            precondition((1...Int(CSIMDJSON_LONGEST_NAME)).contains(name.utf8CodeUnitCount))
            csimdjson_add_name(raw, Int32(number), name.utf8Start, name.utf8CodeUnitCount)
        }
    }

    deinit {
        raw.deallocate()
        fields.deallocate()
    }
}

/// What a JSON object has under some `JSONNames`. It cannot outlive the read that it belongs to.
@safe package struct JSONFields: ~Escapable {
    /// Bit n tells that the object has the name with the place n; or that it has it more than once.
    package let present: UInt32
    package let repeated: UInt32
    private let values: UnsafePointer<csimdjson_member>

    @_lifetime(immortal)
    init(_ fields: UnsafePointer<csimdjson_fields>) {
        present = fields.pointee.present
        repeated = fields.pointee.repeated
        values = csimdjson_values(fields)
    }

    /// What the object has under a name, the first one where there are several.
    ///
    /// - Parameter place: one of those that are `present`.
    package subscript(place: Int) -> JSONMember {
        @_lifetime(copy self) get {
            precondition(present & 1 << place != 0)
            return JSONMember(values[place])
        }
    }
}
