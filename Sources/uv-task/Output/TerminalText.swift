/// Text of others, made safe for a terminal, which would obey its control characters.
enum TerminalText {
    /// Escapes what a terminal would obey: `\u{1B}[31mred`. Newlines and tabs stay.
    ///
    /// These are the control characters U+0000 to U+001F and U+007F to U+009F, and the characters that change the direction
    /// of writing and can disguise a line: U+061C, U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069. The notation is
    /// Swift's. It cannot be reversed: a backslash in the text is not escaped.
    static func escaped(_ text: String) -> String {
        replacing(isObeyed, in: text, with: escape)
    }

    /// The bytes as text; nil if they are not UTF-8, or have control characters other than newlines, tabs and carriage
    /// returns.
    static func plainText(_ bytes: [UInt8]) -> String? {
        guard let text = try? String(copying: UTF8Span(validating: bytes.span)) else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || $0 == "\r" || $0.properties.generalCategory != .control
        }
        return isPlain ? text : nil
    }

    /// Escapes the same characters as JSON does, which does not change the object: `"\u009B31m"`.
    ///
    /// - Parameter text: valid JSON, which has such characters only in strings, except for carriage returns between
    ///   tokens. Those become spaces.
    static func escapedJSON(_ text: String) -> String {
        replacing(isObeyed, in: text) { scalar in
            // All of them are in the Basic Multilingual Plane: four digits.
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return scalar == "\r" ? " " : "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
    }

    /// Also escapes what would break the line: `two\u{A}lines`.
    ///
    /// - Parameter width: clips the text to so many columns, in time linear in `width`; nil for any width.
    static func escapedLine(_ text: String, width: Int? = nil) -> String {
        func escapedLine(_ text: String) -> String {
            replacing({ isObeyed($0) || ["\t", "\n", "\u{2028}", "\u{2029}"].contains($0) }, in: text, with: escape)
        }
        guard let width else { return escapedLine(text) }
        return clipped(escapedLine(String(text.unicodeScalars.prefix(scalarLimit(width)))), to: width)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }

    private static func replacing(
        _ isReplaced: (Unicode.Scalar) -> Bool, in text: String, with replacement: (Unicode.Scalar) -> String
    ) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isReplaced(scalar) {
                result.append(contentsOf: replacement(scalar).unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
