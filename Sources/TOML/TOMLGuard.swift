/// How many parts a key may have.
private let mostPartsOfKey = 32

/// Finds what toml++ must not be given, in one pass that knows strings, comments and keys.
///
/// - Keys of many parts: toml++ bounds how deep values stand in each other, but not `[a.a.a.a…`. It makes a table of each part,
///   and goes down through them by calling itself when it frees them.
/// - Characters that are not ASCII, where they may be white space: outside of strings and comments, which is a mistake
///   anyway, and in strings behind a backslash at a line's end. Its test for white space is undefined for most of them
///   (`is_non_ascii_horizontal_whitespace` of toml++ 3.3 reaches what it tells the compiler is unreachable).
///
/// Behind the text's first mistake, where toml++ stops reading, anything may be found.
struct TOMLGuard {
    private let text: [UInt8]
    private var index = 0
    private var line = 1
    private var problem: TOMLError?

    private init(_ text: [UInt8]) { self.text = text }

    /// Why the text is refused; nil where toml++ may have it.
    static func problem(in text: [UInt8]) -> TOMLError? {
        var reader = TOMLGuard(text)
        reader.read()
        return reader.problem
    }

    private mutating func read() {
        if startsWithByteOrderMark { index = 3 }
        var dots = 0
        while problem == nil, index < text.count {
            switch text[index] {
            case .quote, .apostrophe: skipString()
            case .hash: while index < text.count, text[index] != .newline { index += 1 }
            case 0x80...: refuse("only strings and comments may have characters that are not ASCII")
            case .dot:
                dots += 1
                index += 1
                if dots >= mostPartsOfKey { refuse("a key has more than \(mostPartsOfKey) parts") }
            case .equals, .comma, .bracket, .brace, .newline:
                dots = 0
                advance()
            default: index += 1
            }
        }
    }

    private mutating func refuse(_ description: String) { problem = TOMLError(line: line, description: description) }

    private var startsWithByteOrderMark: Bool {
        text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF
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
        while problem == nil, index < text.count {
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
            case .backslash where mark == .quote: skipEscape(inLongString: opening > 1)
            default: advance()
            }
        }
    }

    private func count(of mark: UInt8) -> Int {
        var end = index
        while end < text.count, text[end] == mark { end += 1 }
        return end - index
    }

    /// Goes behind a backslash and the byte that it escapes; or the white space, which ends with a line or more.
    private mutating func skipEscape(inLongString isLong: Bool) {
        index += 1
        guard index < text.count else { return }
        guard isLong, text[index].isWhiteSpace || text[index] >= 0x80 else {
            if text[index] != .newline { index += 1 }
            return
        }
        while index < text.count, text[index].isWhiteSpace { advance() }
        if index < text.count, text[index] >= 0x80 {
            refuse("where a backslash joins lines, the next one must not begin with a character that is not ASCII")
        }
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

    fileprivate var isWhiteSpace: Bool { self == .newline || self == UInt8(ascii: " ") || (9...13).contains(self) }
}
