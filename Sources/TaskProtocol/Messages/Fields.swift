import JSON

/// The members of a received object, for `init(_ fields:)` of requests and replies. Each member may be read once.
package struct Fields: ~Escapable {
    private let object: JSONObject
    /// The number of members that were not read yet.
    private var unread: Int

    @_lifetime(copy object)
    init(_ object: JSONObject) {
        self.object = object
        unread = object.count
    }

    /// - Returns: nil if the member is absent.
    mutating func optional<Value>(_ member: Member<Value>) throws(ProtocolError) -> Value? {
        // Most requests have no other members than those that are read first.
        guard unread > 0, let value = try lookUp(member) else { return nil }
        unread -= 1
        return value
    }

    fileprivate func lookUp<Value>(_ member: Member<Value>) throws(ProtocolError) -> Value? {
        switch object[member.name] {
        case .absent: return nil
        case .repeated: throw .repeated("\(member.name)")
        case .one(let value):
            if let value = member.read(value) { return value }
            throw .wrongValue("\(member.name)", expected: member.expectation)
        }
    }

    mutating func required<Value>(_ member: Member<Value>) throws(ProtocolError) -> Value {
        guard let value = try optional(member) else { throw .missing("\(member.name)") }
        return value
    }

    /// - Returns: false if the member is absent.
    mutating func flag(_ member: Member<Bool>) throws(ProtocolError) -> Bool { try optional(member) ?? false }

    /// Checks the members that were not read: a known member with a wrong value is an error even if this request does not
    /// use it. Unknown members are ignored.
    mutating func checkUnread(_ known: [any CheckedMember]) throws(ProtocolError) {
        guard unread > 0 else { return }
        for member in known { try member.check(self) }
    }

    /// Reads an object inside a message.
    ///
    /// - Returns: nil if the value is not such an object.
    static func read<Value>(
        _ value: borrowing JSONValue, _ body: (inout Fields) throws(ProtocolError) -> Value
    ) -> Value? {
        value.object { object in
            var fields = Fields(copy object)
            return try? body(&fields)
        }
    }
}

extension JSONReader {
    /// The members of a message, which are valid until the next call.
    @_lifetime(borrow self)
    func fields(of message: Span<UInt8>) throws(ProtocolError) -> Fields {
        do throws(JSONError) { return Fields(try parse(message)) } catch { throw .notJSON(error.description) }
    }
}

/// A member with values of any type.
protocol CheckedMember: Sendable {
    func check(_ fields: borrowing Fields) throws(ProtocolError)
}

extension Member: CheckedMember {
    func check(_ fields: borrowing Fields) throws(ProtocolError) { _ = try fields.lookUp(self) }
}
