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
        guard unread > 0 else { return nil }
        switch object[member.name] {
        case .absent: return nil
        case .repeated: throw .repeated("\(member.name)")
        case .one(let value):
            unread -= 1
            guard let value = member.read(value) else {
                throw .wrongValue("\(member.name)", expected: member.expectation)
            }
            return value
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
        for member in known {
            switch object[member.name] {
            case .absent: break
            case .repeated: throw .repeated("\(member.name)")
            case .one(let value):
                if !member.accepts(value) { throw .wrongValue("\(member.name)", expected: member.expectation) }
            }
        }
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
    var name: StaticString { get }
    var expectation: String { get }
    func accepts(_ value: borrowing JSONValue) -> Bool
}

extension Member: CheckedMember {
    func accepts(_ value: borrowing JSONValue) -> Bool { read(value) != nil }
}
