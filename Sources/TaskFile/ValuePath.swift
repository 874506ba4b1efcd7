/// Where a value stands in a file: `tasks.thumbnail.command[2]`.
struct ValuePath {
    let text: String

    init(_ key: String) { text = Self.shown(key) }

    private init(text: String) { self.text = text }

    func member(_ key: String) -> ValuePath { ValuePath(text: "\(text).\(Self.shown(key))") }

    func element(_ index: Int) -> ValuePath { ValuePath(text: "\(text)[\(index)]") }

    /// A key as it may stand in a file: in quotation marks where it needs them. Nothing in it can disturb a terminal.
    static func shown(_ key: String) -> String {
        let isBare = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isBare && !key.isEmpty ? key : quoted(key)
    }

    /// A text in quotation marks, with nothing in it that is not seen.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where isUnseen(scalar):
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result +=
                    digits.count > 4
                    ? "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
                    : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Whether a character is not seen, or moves what is: it has no place in a name, nor on a terminal.
    static func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        case .spaceSeparator: scalar != " "
        default: false
        }
    }
}
