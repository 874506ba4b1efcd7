/// The path of a value in a document, such as `tasks.thumbnail.command[2]`.
struct TOMLPath {
    let text: String

    init(_ key: String) { text = Self.quotedIfNeeded(key) }

    private init(text: String) { self.text = text }

    func member(_ key: String) -> TOMLPath { TOMLPath(text: "\(text).\(Self.quotedIfNeeded(key))") }

    func element(_ index: Int) -> TOMLPath { TOMLPath(text: "\(text)[\(index)]") }

    private static func quotedIfNeeded(_ key: String) -> String {
        let isBareKey = !key.isEmpty && key.utf8.allSatisfy { $0.isLetterDigitOrUnderscore || $0 == UInt8(ascii: "-") }
        return isBareKey ? key : key.quoted
    }
}

extension UInt8 {
    /// Whether the byte is an ASCII letter, an ASCII digit or an underscore.
    var isLetterDigitOrUnderscore: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension String {
    /// The text as a TOML string, with invisible characters escaped so that they cannot disturb a terminal.
    var quoted: String {
        let escaped = unicodeScalars.map { scalar in
            if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
            guard scalar.isInvisible else { return String(scalar) }
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let (letter, width) = digits.count > 4 ? ("U", 8) : ("u", 4)
            return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
        }
        return "\"\(escaped.joined())\""
    }
}

extension Unicode.Scalar {
    /// Whether the character shows nothing, or moves others. The space is visible.
    var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        case .spaceSeparator: self != " "
        default: false
        }
    }
}
