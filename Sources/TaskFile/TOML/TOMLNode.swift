/// A value and the line where it begins. All lines are counted from 1.
struct TOMLNode: Hashable {
    let value: TOMLValue
    let line: Int
}

enum TOMLValue: Hashable {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case array([TOMLNode])
    /// In the order of the text, without duplicate keys.
    case table([TOMLMember])
    /// A float, a date or a time, which no key takes.
    case other

    var string: String? { if case .string(let text) = self { text } else { nil } }
    var stringWithoutNUL: String? { string.flatMap { $0.utf8.contains(0) ? nil : $0 } }
    var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var elements: [TOMLNode]? { if case .array(let elements) = self { elements } else { nil } }
    var members: [TOMLMember]? { if case .table(let members) = self { members } else { nil } }
}

struct TOMLMember: Hashable {
    let key: String
    /// Where the key first stands.
    let line: Int
    let node: TOMLNode
}
