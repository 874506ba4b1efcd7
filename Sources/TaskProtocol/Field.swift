import JSON
import TaskCore

/// One member that a message may have: at most once, and with a value of its type.
struct Field<Value>: ~Copyable {
    let name: StaticString
    private(set) var value: Value?
    private var flaw: Flaw?

    /// What may be wrong with what stands in the message.
    private enum Flaw {
        case repeated
        case wrongValue
    }

    init(_ name: StaticString) { self.name = name }

    /// Notes what stands in the message; what is wrong with it is told by `check`.
    ///
    /// - Parameter value: nil where what stands in the message is not of the type.
    mutating func note(_ value: Value?) {
        if self.value != nil {
            flaw = .repeated
        } else if value == nil {
            flaw = flaw ?? .wrongValue
        } else {
            self.value = value
        }
    }

    /// As `note`, but throws what is wrong.
    mutating func set(_ value: Value?) throws(BrokenMessage) {
        note(value)
        try check()
    }

    func check() throws(BrokenMessage) {
        switch flaw {
        case nil: break
        case .repeated: throw .repeated("\(name)")
        case .wrongValue: throw .wrongValue("\(name)")
        }
    }

    /// The value; nil where the member does not stand in the message.
    func optional() throws(BrokenMessage) -> Value? {
        try check()
        return value
    }

    func required() throws(BrokenMessage) -> Value {
        try check()
        guard let value else { throw .missing("\(name)") }
        return value
    }
}

extension JSONMember {
    /// The value, where it is an integer in the range of task ids.
    var taskID: TaskID? { integer.flatMap(TaskID.init(rawValue:)) }

    /// The value, where it is an integer from 0 to 2^53 - 1: what every JSON reader can tell apart.
    var count: Int? { integer.flatMap { (0...TaskID.range.upperBound).contains($0) ? $0 : nil } }

    /// The value, where it is one of the four words.
    var taskState: TaskState? {
        if isString("waiting") { return .waiting }
        if isString("execute") { return .execute }
        if isString("success") { return .success }
        return isString("error") ? .error : nil
    }
}
