/// The escape sequences of a program that has the whole terminal for itself.
package enum TerminalScreen {
    /// The other screen, without a cursor and without line breaks of the terminal's own: what stood there before comes
    /// back with `leave`.
    package static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"

    /// What undoes `enter`.
    package static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// Draws lines from the top, over what was drawn before, without a flicker.
    package static func picture(_ lines: [String]) -> String {
        "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J"
    }
}
