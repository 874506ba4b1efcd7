/// How far a task has run, of the time that it takes; in milliseconds.
struct ProgressBar {
    let elapsed: Int
    /// 0 where it has run longer than was thought.
    let left: Int

    private static let cells = 6...20

    /// `task 7 [########------------] about 3 s left`, with a shorter bar or none where there is less room.
    func line(_ label: String, shortLabel: String, width: Int) -> String {
        let room = width - TerminalText.columns(label) - TerminalText.columns(words) - " [] ".utf8.count
        if room >= Self.cells.lowerBound {
            return "\(label) \(bar(cells: min(room, Self.cells.upperBound))) \(words)"
        }
        return TerminalText.firstFitting(
            ["\(label): \(words)", shortLabel.isEmpty ? words : shortLabel], width: width)
    }

    var words: String { left > 0 ? "\(Durations.about(left)) left" : "any moment now" }

    /// `[########------------]`; full only where no time is left.
    func bar(cells: Int) -> String {
        let share = Double(elapsed) / (Double(elapsed) + Double(left))
        let filled = left > 0 ? min(Int(Double(cells) * share), cells - 1) : cells
        return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: cells - filled) + "]"
    }
}
