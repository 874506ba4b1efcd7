import JSON
import TaskCore

/// A member of a message: its name on the wire and the values that it takes. Every member is declared once, in `Members`.
///
/// Closures capture nothing and `kind` is a constant, so that a member is copied without counting references.
struct Member<Value>: Sendable {
    typealias Read = @Sendable (borrowing JSONValue, ClosedRange<Int>) -> Value?

    let name: StaticString
    /// What a value must be, without the range.
    private let kind: StaticString
    /// Of integers, or of the length of strings in bytes.
    private let range: ClosedRange<Int>
    private let readInRange: Read

    static var anyInteger: ClosedRange<Int> { .min ... .max }

    init(
        _ name: StaticString, _ kind: StaticString, in range: ClosedRange<Int> = anyInteger, _ read: @escaping Read
    ) {
        self.name = name
        self.kind = kind
        self.range = range
        readInRange = read
    }

    /// Returns nil if the value is of another type or out of range.
    func read(_ value: borrowing JSONValue) -> Value? { readInRange(value, range) }

    /// Completes the sentence "the member must be …".
    // Inlined: a call would copy the member to the stack at each read, 1 % of a submit.
    @inline(__always)
    var expectation: String {
        range == Self.anyInteger ? "\(kind)" : "\(kind) from \(range.lowerBound) to \(range.upperBound)"
    }
}

extension Member<String> {
    static func text(_ name: StaticString) -> Member { Member(name, "a string") { value, _ in value.string } }

    /// - Parameter length: the number of bytes.
    static func text(_ name: StaticString, length: ClosedRange<Int>) -> Member {
        Member(name, "a string whose length in bytes is", in: length) { value, length in
            value.string.flatMap { length.contains($0.utf8.count) ? $0 : nil }
        }
    }
}

extension Member<Bool> {
    static func flag(_ name: StaticString) -> Member { Member(name, "true or false") { value, _ in value.boolean } }
}

extension Member<Int> {
    static func integer(_ name: StaticString, in range: ClosedRange<Int> = anyInteger) -> Member {
        Member(name, "an integer", in: range) { value, range in
            value.integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    static func count(_ name: StaticString) -> Member { integer(name, in: countRange) }
}

/// The range of a `seq` and of other counts: 0 to 2^53 - 1, which every JSON reader represents exactly.
package let countRange = 0...TaskID.range.upperBound

extension Member<TaskID> {
    static func taskID(_ name: StaticString) -> Member {
        Member(name, "a task id, an integer", in: TaskID.range) { value, _ in value.integer.flatMap(TaskID.init) }
    }
}

extension Member<DataEncoding> {
    static func encoding(_ name: StaticString) -> Member {
        Member(name, "text or base64") { value, _ in value.string.flatMap(DataEncoding.init) }
    }
}

extension Member {
    /// An object that is read by `read`.
    static func object(
        _ name: StaticString, _ read: @escaping @Sendable (inout Fields) throws(ProtocolError) -> Value
    ) -> Member {
        Member(name, "an object") { value, _ in Fields.read(value, read) }
    }

    /// An array of objects, each read by `read`.
    static func objects<Element>(
        _ name: StaticString, _ read: @escaping @Sendable (inout Fields) throws(ProtocolError) -> Element
    ) -> Member where Value == [Element] {
        Member(name, "an array of objects") { value, _ in value.array { Fields.read($0, read) } }
    }
}
