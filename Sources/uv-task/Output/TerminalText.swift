/// Makes text harmless that a stranger may have written: a terminal obeys control characters.
package enum TerminalText {
    /// Shows what a terminal would obey: `\u{1B}[31mred` for red text, newlines and tabs as they are.
    ///
    /// Shown are the control characters U+0000 to U+001F and U+007F to U+009F, and those that turn the direction of
    /// writing, which make a line read as what it is not: U+061C, U+200E, U+200F, U+202A to U+202E and U+2066 to
    /// U+2069. The notation is that of Swift: unlike `^[` it has a form for each of them. It is for eyes only, and can't
    /// be turned back: a text that spells `\u{1B}` itself looks the same.
    package static func escaped(_ text: String) -> String { escaped(text, where: isObeyed) }

    /// The text that bytes are; nil where they are none that people read: not UTF-8, or with control characters other than
    /// newlines, tabs and carriage returns.
    package static func plainText(_ bytes: [UInt8]) -> String? {
        guard let text = try? String(copying: UTF8Span(validating: bytes.span)) else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0 == "\r" || $0.properties.generalCategory != .control
        }
        return isPlain ? text : nil
    }

    /// The same JSON, with nothing in it that a terminal would obey: `"\u009B31m"`
    ///
    /// - Parameter text: strict JSON, in which such characters stand in strings only, but for carriage returns
    ///   between them: those become spaces.
    static func escapedJSON(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isObeyed) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                result += " "
            } else if isObeyed(scalar) {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: true)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The same for what must stay on one line: `two\u{A}lines`.
    package static func escapedLine(_ text: String) -> String {
        escaped(text) { isObeyed($0) || breaksLine($0) }
    }

    /// The same, clipped: `two\u{A}li…` for ten columns; nil for any width.
    ///
    /// Of a long text only the beginning is looked at.
    static func escapedLine(_ text: String, width: Int?) -> String {
        guard let width else { return escapedLine(text) }
        guard text.utf8.count > scalarLimit(width) else { return clipped(escapedLine(text), to: width) }
        return clipped(escapedLine(String(text.unicodeScalars.prefix(scalarLimit(width)))), to: width)
    }

    private static func escaped(_ text: String, where mustBeShown: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: mustBeShown) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if mustBeShown(scalar) {
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x2028, 0x2029: true
        default: false
        }
    }
}
