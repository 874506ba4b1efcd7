import SimdJSON

/// One member that a message may have: at most once, and with a value of its type.
struct Field<Value> {
    let name: StaticString
    private(set) var value: Value?

    init(_ name: StaticString) { self.name = name }

    /// - Parameter value: nil where what stands in the message is not of the type.
    mutating func set(_ value: Value?) throws(BrokenMessage) {
        guard self.value == nil else { throw .repeated("\(name)") }
        guard let value else { throw .wrongValue("\(name)") }
        self.value = value
    }

    func required() throws(BrokenMessage) -> Value {
        guard let value else { throw .missing("\(name)") }
        return value
    }
}

extension JSONMember {
    /// The value, where it is an integer in the range of task ids.
    var taskID: TaskID? { integer.flatMap(TaskID.init(rawValue:)) }
}
