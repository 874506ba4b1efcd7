import JSON
import TaskCore

/// A value that a member can have in a message that is written.
protocol MemberValue {
    func writeValue(to writer: inout JSONWriter)
}

extension JSONWriter {
    /// Writes a member unless the value is nil.
    mutating func append<Value: MemberValue>(_ member: Member<Value>, _ value: Value?) {
        guard let value else { return }
        name(member.name)
        value.writeValue(to: &self)
    }

    /// Writes null if there is no result.
    mutating func append(_ member: Member<String?>, _ value: String?) {
        name(member.name)
        if let value { string(value) } else { null() }
    }

    /// Writes the member only if it is true.
    mutating func append(flag member: Member<Bool>, _ value: Bool) {
        append(member, value ? true : nil)
    }
}

extension Int: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.integer(self) }
}

extension Bool: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.boolean(self) }
}

extension String: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.string(self) }
}

extension TaskID: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.integer(rawValue) }
}

extension TaskData: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.string(utf8: utf8.span) }
}

extension InstanceID: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.hexadecimal(rawValue) }
}

extension TaskState: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.word(word) }
}

extension DataEncoding: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.string(rawValue) }
}

extension Array: MemberValue where Element: MemberValue {
    func writeValue(to writer: inout JSONWriter) { writer.array(self) { $1.writeValue(to: &$0) } }
}
