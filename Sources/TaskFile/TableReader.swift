import TaskCore

/// Takes the values of one table, and notes what is wrong with them.
struct TableReader {
    let path: ValuePath
    private let members: [TOMLMember]
    private(set) var mistakes: [TaskFileMistake] = []

    /// Notes the keys that are none of those known.
    init(_ members: [TOMLMember], at path: ValuePath, knowing keys: [String]) {
        self.members = members
        self.path = path
        for member in members where !keys.contains(member.key) {
            let nearest = nearestName(to: member.key, among: keys)
            let help = nearest.map { "did you mean \($0)?" } ?? "known are \(keys.joined(separator: ", "))"
            note(member.line, path.member(member.key), "is not known here; \(help)")
        }
    }

    /// Notes something about one of the table's values.
    mutating func note(_ line: Int?, _ path: ValuePath, _ words: String) {
        mistakes.append(TaskFileMistake(line: line, key: path.text, words: words))
    }

    /// The value of a key; nil where it has none.
    func value(_ key: String) -> TOMLNode? { members.first { $0.key == key }?.node }

    /// What `read` makes of a key's value.
    ///
    /// - Parameter expected: what is noted where it makes nothing of it: `must be …`.
    /// - Returns: nil where there is no value, and where it was noted.
    mutating func take<Value>(_ key: String, _ expected: String, _ read: (TOMLValue) -> Value?) -> Value? {
        guard let node = value(key) else { return nil }
        let value = read(node.value)
        if value == nil { note(node.line, path.member(key), expected) }
        return value
    }
}

extension TOMLValue {
    /// The text, where it is one.
    var string: String? { if case .string(let text) = self { text } else { nil } }

    /// The number, where it is a whole one.
    var integer: Int? { if case .integer(let number) = self { number } else { nil } }

    /// Where it is true or false.
    var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }

    /// The elements, where it is an array.
    var elements: [TOMLNode]? { if case .array(let elements) = self { elements } else { nil } }

    /// The members, where it is a table.
    var members: [TOMLMember]? { if case .table(let members) = self { members } else { nil } }
}
