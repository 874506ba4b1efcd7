/// The tokens of a text: strings with their quotes, punctuation, and everything between these and white space. They are
/// meaningful if another reader has found that the text is JSON.
struct JSONTokens {
    private(set) var tokens: [ArraySlice<UInt8>] = []

    init(of text: [UInt8]) {
        var rest = text[...]
        while let first = rest.first {
            let length =
                if first == .quote {
                    Self.lengthOfString(rest)
                } else if Self.standsAlone(first) {
                    1
                } else {
                    rest.prefix { $0 != .quote && !Self.standsAlone($0) }.count
                }
            if !first.isJSONSpace { tokens.append(rest.prefix(length)) }
            rest = rest.dropFirst(length)
        }
    }

    /// The nesting of objects and arrays.
    var depth: Int { deepest(countingEmpty: true) }

    /// The nesting of objects and arrays, without empty ones.
    var depthWithoutEmpty: Int { deepest(countingEmpty: false) }

    /// The numbers as they are written.
    var numbers: [String] {
        tokens.lazy.filter { $0.first.map { $0 == .minus || (.zero...(.zero + 9)).contains($0) } ?? false }.map(text)
    }

    /// Whether an object or an array ends with a comma.
    var haveTrailingComma: Bool {
        zip(tokens, tokens.dropFirst()).contains { $0.first == .comma && $1.first.map(Self.closes) ?? false }
    }

    /// The members of the outermost object: the token of each name, and the tokens of its value.
    var members: [(name: ArraySlice<UInt8>, value: [ArraySlice<UInt8>])] {
        var members: [(name: ArraySlice<UInt8>, value: [ArraySlice<UInt8>])] = []
        var depth = 0
        for (index, token) in tokens.enumerated() {
            guard let byte = token.first else { continue }
            if Self.closes(byte) { depth -= 1 }
            if depth == 1, byte == .colon {
                members.append((tokens[index - 1], []))
            } else if depth > 1 || depth == 1 && byte != .comma {
                members.indices.last.map { members[$0].value.append(token) }
            }
            if Self.opens(byte) { depth += 1 }
        }
        // The name of the next member was counted to the value before it.
        for index in members.indices.dropLast() { members[index].value.removeLast() }
        return members
    }

    private func deepest(countingEmpty: Bool) -> Int {
        var depth = 0
        var deepest = 0
        for (token, next) in zip(tokens, tokens.dropFirst() + [[]]) {
            guard let byte = token.first else { continue }
            if Self.closes(byte) { depth -= 1 }
            guard Self.opens(byte) else { continue }
            depth += 1
            let isEmpty = next.first.map(Self.closes) ?? false
            deepest = max(deepest, isEmpty && !countingEmpty ? depth - 1 : depth)
        }
        return deepest
    }

    private static func standsAlone(_ byte: UInt8) -> Bool {
        opens(byte) || closes(byte) || byte == .comma || byte == .colon || byte.isJSONSpace
    }
    private static func opens(_ byte: UInt8) -> Bool { byte == .openingBrace || byte == UInt8(ascii: "[") }
    private static func closes(_ byte: UInt8) -> Bool { byte == .closingBrace || byte == UInt8(ascii: "]") }

    private static func lengthOfString(_ text: ArraySlice<UInt8>) -> Int {
        var isEscaped = false
        for (count, byte) in text.enumerated().dropFirst() {
            if byte == .quote, !isEscaped { return count + 1 }
            isEscaped = byte == .backslash && !isEscaped
        }
        return text.count
    }
}

func text(_ token: ArraySlice<UInt8>) -> String { String(decoding: token, as: UTF8.self) }

extension UInt8 {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let minus = UInt8(ascii: "-")
    static let zero = UInt8(ascii: "0")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let openingBrace = UInt8(ascii: "{")
    static let closingBrace = UInt8(ascii: "}")
    static let newline = UInt8(ascii: "\n")

    /// White space between tokens and between messages.
    var isJSONSpace: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r") || self == .newline
    }
}
