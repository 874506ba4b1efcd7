/// How many parts a key may have.
private let mostPartsOfKey = 32

/// Finds keys of too many parts before toml++ does, in one pass that knows strings, comments and keys.
///
/// toml++ bounds how deep values stand in each other, but not `[a.a.a.a…`: it makes a table of each part, and goes down through
/// them by calling itself when it frees them. Behind the text's first mistake, where toml++ stops, anything may be found.
struct KeyDepth {
    private let text: [UInt8]
    private var index = 0
    private var line = 1

    private init(_ text: [UInt8]) { self.text = text }

    /// Why the text is refused; nil where toml++ may have it.
    static func problem(in text: [UInt8]) -> TOMLError? {
        var reader = KeyDepth(text)
        guard reader.findsDeepKey() else { return nil }
        return TOMLError(line: reader.line, description: "a key has more than \(mostPartsOfKey) parts")
    }

    /// Goes to the dot that is one too many, or to the end.
    private mutating func findsDeepKey() -> Bool {
        var dots = 0
        while index < text.count {
            switch text[index] {
            case .quote, .apostrophe: skipString()
            case .hash: while index < text.count, text[index] != .newline { index += 1 }
            case .dot:
                dots += 1
                if dots >= mostPartsOfKey { return true }
                index += 1
            case .equals, .comma, .bracket, .brace, .newline:
                dots = 0
                advance()
            default: index += 1
            }
        }
        return false
    }

    /// Goes on by a byte, of whatever line.
    private mutating func advance() {
        if text[index] == .newline { line += 1 }
        index += 1
    }

    /// Goes behind a string's closing marks; or to the newline that a short one must not have.
    private mutating func skipString() {
        let mark = text[index]
        let opening = count(of: mark)
        index += opening == 2 ? 2 : opening >= 3 ? 3 : 1
        guard opening != 2 else { return }
        while index < text.count {
            switch text[index] {
            case mark where opening == 1:
                index += 1
                return
            case mark:
                // Two marks may stand right before the three that close it.
                let closing = count(of: mark)
                index += min(closing, 5)
                if closing >= 3 { return }
            case .newline where opening == 1: return
            case .backslash where mark == .quote:
                index += 1
                if index < text.count, opening > 1 || text[index] != .newline { advance() }
            default: advance()
            }
        }
    }

    private func count(of mark: UInt8) -> Int {
        var end = index
        while end < text.count, text[end] == mark { end += 1 }
        return end - index
    }
}

extension UInt8 {
    fileprivate static let newline = UInt8(ascii: "\n")
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let apostrophe = UInt8(ascii: "'")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let hash = UInt8(ascii: "#")
    fileprivate static let dot = UInt8(ascii: ".")
    fileprivate static let equals = UInt8(ascii: "=")
    fileprivate static let comma = UInt8(ascii: ",")
    fileprivate static let bracket = UInt8(ascii: "[")
    fileprivate static let brace = UInt8(ascii: "{")
}
