import CTomlplusplus

/// Reads a TOML 1.0 document with toml++ (`toml::parse`), which checks the whole text.
///
/// - Parameter text: UTF-8; meant for files of a megabyte at most, of which some thirty times their size is taken for a
///   moment.
/// - Returns: the members of the document's own table.
/// - Throws: `TOMLError` where it is no TOML; also where a key has more than 32 parts, and where more than 16 inline tables
///   and arrays stand in each other: both would let a text of a megabyte overflow the stack.
package func readTOML(_ text: [UInt8]) throws(TOMLError) -> [TOMLMember] {
    if let problem = KeyDepth.problem(in: text) { throw problem }
    guard let document = text.withUnsafeBufferPointer({ ctomlplusplus_parse($0.baseAddress, $0.count) }) else {
        fatalError("out of memory")
    }
    defer { ctomlplusplus_free(document) }

    var line: UInt32 = 0
    if let problem = ctomlplusplus_error(document, &line) {
        throw TOMLError(line: Int(line), description: oneLine(String(cString: problem)))
    }
    var count = 0
    let nodes = UnsafeBufferPointer(start: ctomlplusplus_nodes(document, &count), count: count)
    var rest = Preorder(nodes: nodes)
    guard case .table(let members) = rest.next().node.value else { preconditionFailure("a document is a table") }
    return members
}

/// toml++ quotes what it saw, the end of a line too.
private func oneLine(_ words: String) -> String {
    var line = ""
    for scalar in words.unicodeScalars {
        line += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return line
}

/// The tree of the nodes, each of which stands before those below it.
@safe private struct Preorder {
    let nodes: UnsafeBufferPointer<ctomlplusplus_node>
    private var index = 0

    init(nodes: UnsafeBufferPointer<ctomlplusplus_node>) { self.nodes = nodes }

    /// The node whose turn it is, with all that is below it. Calls itself as often as values stand in each other.
    mutating func next() -> (key: String, keyLine: Int, node: TOMLNode) {
        let raw = nodes[index]
        index += 1
        let node = TOMLNode(value(of: raw), line: Int(raw.line))
        return (raw.key.map { text($0, raw.key_length) } ?? "", Int(raw.key_line), node)
    }

    private mutating func value(of raw: ctomlplusplus_node) -> TOMLValue {
        switch raw.kind {
        case CTOMLPLUSPLUS_STRING: return .string(text(raw.string, raw.string_length))
        case CTOMLPLUSPLUS_INTEGER: return .integer(Int(raw.integer))
        case CTOMLPLUSPLUS_FLOAT: return .float(raw.floating)
        case CTOMLPLUSPLUS_BOOLEAN: return .boolean(raw.boolean)
        case CTOMLPLUSPLUS_ARRAY: return .array((0..<raw.count).map { _ in next().node })
        case CTOMLPLUSPLUS_TABLE:
            return .table(
                (0..<raw.count).map { _ in
                    let (key, line, node) = next()
                    return TOMLMember(key, line: line, node)
                })
        default: return .dateOrTime
        }
    }

    private func text(_ start: UnsafePointer<UInt8>, _ count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
