import CTomlplusplus

/// Reads a TOML 1.0 document with toml++.
///
/// - Parameter text: UTF-8. Reading takes up to thirty times its size in memory.
/// - Returns: the members of the root table, in the order of the text.
/// - Throws: if the text is not TOML, has more than 500 dots in a line, or nests values more than 32 levels deep.
func readTOML(_ text: [UInt8]) throws(TaskFileMistake) -> [TOMLMember] {
    let document = unsafe text.withUnsafeBufferPointer { unsafe ctomlplusplus_parse($0.baseAddress, $0.count)! }
    defer { unsafe ctomlplusplus_free(document) }

    let parsed = unsafe document.pointee
    if let reason = unsafe parsed.error {
        let message = withoutControls(unsafe String(cString: reason))
        throw TaskFileMistake(line: unsafe Int(parsed.error_line), path: nil, message: message)
    }
    var tree = unsafe Preorder(UnsafeBufferPointer(start: parsed.nodes, count: parsed.node_count))
    guard case .table(let members) = tree.next().node.value else { preconditionFailure("the root is a table") }
    return members
}

/// toml++ quotes what it found, which may be the end of a line.
private func withoutControls(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
        result += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }
}

/// Builds values from nodes in preorder.
@safe private struct Preorder {
    private let nodes: UnsafeBufferPointer<ctomlplusplus_node>
    private var index = 0

    init(_ nodes: UnsafeBufferPointer<ctomlplusplus_node>) { unsafe self.nodes = nodes }

    /// The next node with everything below it. Recurses 32 levels at most.
    mutating func next() -> TOMLMember {
        let raw = unsafe nodes[index]
        index += 1
        let key = unsafe string(raw.key, raw.key_length)
        let line = unsafe Int(raw.line)
        return unsafe TOMLMember(key: key, line: Int(raw.key_line), node: TOMLNode(value: value(of: raw), line: line))
    }

    private mutating func value(of raw: ctomlplusplus_node) -> TOMLValue {
        switch unsafe raw.kind {
        case CTOMLPLUSPLUS_STRING: unsafe .string(string(raw.string, raw.string_length))
        case CTOMLPLUSPLUS_INTEGER: unsafe .integer(Int(raw.integer))
        case CTOMLPLUSPLUS_BOOLEAN: unsafe .boolean(raw.boolean)
        case CTOMLPLUSPLUS_ARRAY: unsafe .array((0..<raw.count).map { _ in next().node })
        case CTOMLPLUSPLUS_TABLE: unsafe .table((0..<raw.count).map { _ in next() })
        default: .other
        }
    }

    private func string(_ start: UnsafePointer<UInt8>?, _ count: Int) -> String {
        unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
