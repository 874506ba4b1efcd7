import TaskCore
import TaskProtocol

/// Lines of names and values, with the values aligned.
func table(_ lines: [(name: String, value: String)]) -> String {
    let width = lines.map { TerminalText.columns($0.name) }.max() ?? 0
    return lines.map { "\(TerminalText.padded($0.name, to: width))  \($0.value)\n" }.joined()
}

/// A name from the server. It is clipped, since all names of a table are padded to the longest.
func shortened(_ name: String) -> String { TerminalText.escapedLine(name, width: 40) }

extension LimitInfo {
    /// The value in its unit. A limit that this version does not know is a number.
    var valueText: String {
        guard let value else { return "none" }
        return switch Limits().all.first(where: { $0.limit.name == name })?.limit.unit {
        case .bytes: ByteCount.text(value)
        case .milliseconds: Durations.exact(value)
        case .count, nil: "\(value)"
        }
    }
}
