extension TerminalText {
    /// The number of columns of a text without control characters: `naïve` 5, `日本` 4, `👍` 2. If terminals differ, as for
    /// joined emoji, it is the larger number, so that a line never becomes too long.
    static func columns(_ text: String) -> Int {
        var columns = 0
        var previous = 0
        for scalar in text.unicodeScalars {
            previous = width(scalar, after: previous)
            columns += previous
        }
        return columns
    }

    /// The text in at most `width` columns: `3rd in the qu…`. The time is linear in `width`.
    static func clipped(_ text: String, to width: Int) -> String {
        guard width > 0 else { return "" }
        var columns = 0
        var previous = 0
        let limit = scalarLimit(width)
        // The number of scalars that leave a column for the ellipsis.
        var fitting = 0
        for (index, scalar) in text.unicodeScalars.enumerated() {
            previous = self.width(scalar, after: previous)
            columns += previous
            if columns > width || index == limit - 1 {
                return String(text.unicodeScalars.prefix(fitting)) + "…"
            }
            if columns < width { fitting = index + 1 }
        }
        return text
    }

    /// The first text that fits, or else the last one, clipped.
    static func firstFitting(_ texts: [String], width: Int) -> String {
        texts.first { columns($0) <= width } ?? clipped(texts.last ?? "", to: width)
    }

    /// Adds spaces before or after the text. A wider text is not changed.
    static func padded(_ text: String, to width: Int, alignsRight: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(width - columns(text), 0))
        return alignsRight ? spaces + text : text + spaces
    }

    /// The most scalars that are examined: a text may have any number of scalars without a width.
    static func scalarLimit(_ width: Int) -> Int { 16 * (min(max(width, 0), 1 << 20) + 1) }

    private static func width(_ scalar: Unicode.Scalar, after previous: Int) -> Int {
        // U+FE0F turns the character before it into an emoji.
        if scalar.value == 0xFE0F { return previous == 1 ? 1 : 0 }
        if scalar.value < 0x300 { return 1 }
        if hasNoWidth(scalar) { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    private static func hasNoWidth(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: true
        // Vowels and final consonants of decomposed Hangul syllables.
        default: (0x1160...0x11FF).contains(scalar.value)
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            true
        // Regional indicators: two make one flag.
        case 0x1F1E6...0x1F1FF: false
        default: scalar.properties.isEmojiPresentation
        }
    }
}
