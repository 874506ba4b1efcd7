import SimdJSON

/// One member that a message may have: at most once, and with a value of its type.
struct Field<Value> {
    let name: StaticString
    private(set) var value: Value?
    /// What is wrong with what stands in the message.
    private(set) var problem: BrokenMessage?

    init(_ name: StaticString) { self.name = name }

    /// Notes what stands in the message; what is wrong with it is told by `problem`.
    ///
    /// - Parameter value: nil where what stands in the message is not of the type.
    mutating func note(_ value: Value?) {
        if self.value != nil {
            problem = .repeated("\(name)")
        } else if value == nil {
            problem = problem ?? .wrongValue("\(name)")
        }
        self.value = self.value ?? value
    }

    /// As `note`, but throws what is wrong.
    mutating func set(_ value: Value?) throws(BrokenMessage) {
        note(value)
        try check()
    }

    func check() throws(BrokenMessage) {
        if let problem { throw problem }
    }

    /// The value; nil where the member does not stand in the message.
    func optional() throws(BrokenMessage) -> Value? {
        try check()
        return value
    }

    func required() throws(BrokenMessage) -> Value {
        guard let value = try optional() else { throw .missing("\(name)") }
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
