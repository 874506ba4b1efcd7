/// The room that text takes on a terminal.
extension TerminalText {
    /// How many columns a text takes that has no control characters: `naïve` 5, `日本` 4, `👍` 2.
    ///
    /// Where terminals differ, as with joined emoji, it is the larger number: a line may end early, and never late.
    package static func columns(_ text: String) -> Int {
        var columns = 0
        var previous = 0
        for scalar in text.unicodeScalars {
            previous = width(scalar, after: previous)
            columns += previous
        }
        return columns
    }

    /// The text in at most `width` columns: `3rd in the qu…`; nothing where there is no room at all.
    ///
    /// Linear in the width, however long the text.
    package static func clipped(_ text: String, to width: Int) -> String {
        guard width > 0 else { return "" }
        // No character takes more columns than bytes.
        guard text.utf8.count > width else { return text }
        let scalars = text.unicodeScalars
        var left = scalarLimit(width)
        var columns = 0
        var previous = 0
        /// Where the text must end to leave room for the mark.
        var end = scalars.startIndex
        var index = scalars.startIndex
        while index < scalars.endIndex {
            previous = self.width(scalars[index], after: previous)
            columns += previous
            left -= 1
            if columns > width || left == 0 { return String(scalars[..<end]) + "…" }
            index = scalars.index(after: index)
            if columns < width { end = index }
        }
        return text
    }

    /// The first that fits; where none does, the last one clipped.
    static func firstFitting(_ texts: [String], width: Int) -> String {
        texts.first { columns($0) <= width } ?? clipped(texts.last ?? "", to: width)
    }

    /// With spaces before or behind it; a text that is wider stays as it is.
    static func padded(_ text: String, to width: Int, alignsRight: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(width - columns(text), 0))
        return alignsRight ? spaces + text : text + spaces
    }

    /// How much of a text is looked at: many characters that take no room could hide that it never ends.
    static func scalarLimit(_ width: Int) -> Int { 16 * (min(max(width, 0), 1 << 20) + 1) }

    private static func width(_ scalar: Unicode.Scalar, after previous: Int) -> Int {
        // U+FE0F makes an emoji of the character before it.
        if scalar.value == 0xFE0F { return previous == 1 ? 1 : 0 }
        if scalar.value < 0x300 { return 1 }
        if takesNoRoom(scalar) { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    private static func takesNoRoom(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: true
        // The vowels and final consonants of Hangul syllables written in parts.
        default: (0x1160...0x11FF).contains(scalar.value)
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
            true
        // Half a flag each.
        case 0x1F1E6...0x1F1FF: false
        default: scalar.properties.isEmojiPresentation
        }
    }
}
