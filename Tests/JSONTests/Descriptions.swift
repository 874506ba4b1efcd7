import JSON

// JSON values as text, for the tables of the tests: a string in single quotes, `other` for a number that is not a 64-bit
// integer.

func describe(_ value: borrowing JSONValue) -> String {
    if value.isNull { return "null" }
    if let boolean = value.boolean { return "\(boolean)" }
    if let integer = value.integer { return "\(integer)" }
    if let string = value.string { return "'\(string)'" }
    if let elements = value.array({ describe($0) }) { return "[\(elements.joined(separator: " "))]" }
    return value.object { "{\(describe($0).joined(separator: " "))}" } ?? "other"
}

func describe(_ object: borrowing JSONObject) -> [String] {
    object.map { name, value in "\(name)=\(describe(value))" }
}

/// Passes the object that `text` is to `body`.
func read<Result>(
    _ text: String, with reader: JSONReader = JSONReader(), _ body: (borrowing JSONObject) -> Result
) throws(JSONError) -> Result {
    body(try reader.parse(text.utf8Span.span))
}

/// The members of `text` as `name=value`; nil if it is not a JSON object.
func members(_ text: String, with reader: JSONReader = JSONReader()) -> [String]? {
    try? read(text, with: reader) { describe($0) }
}
