package import Wire

/// The table of tasks that `list` prints.
package enum TaskList {
    /// What to say on stderr where there is none: `no tasks`
    package static let nothing = "no tasks\n"

    private static let titles = ["ID", "STATUS", "TYPE", "POSITION", "DONE IN", "SUBMITTED", "TOOK", "FAILURE"]
    private static let leftAligned: Set = ["STATUS", "TYPE", "FAILURE"]
    /// The widest that a column gets; what is wider in it sticks out, or is clipped where there is a width.
    private static let widestColumn = 40

    /// To stdout, the tasks as they come; nothing where there are none:
    ///
    ///     ID  STATUS   TYPE    POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
    ///      9  waiting  revers         2      4 s   just now      -
    ///      8  execute  revers         0     <1 s    3 s ago  1.2 s
    ///      7  error    echo           -        -  5 min ago  0.0 s  cancelled by a client (cancelled)
    ///
    /// - Parameters:
    ///   - now: In milliseconds of Unix time.
    ///   - width: Of the terminal; nil for lines of any length.
    ///   - hasColors: Whether the states have theirs.
    package static func text(_ tasks: [TaskReport], now: Int, width: Int?, hasColors: Bool) -> String {
        lines(tasks, now: now, width: width, hasColors: hasColors).reduce(into: "") { $0 += $1 + "\n" }
    }

    /// The same in lines; the first one has the columns' names.
    package static func lines(_ tasks: [TaskReport], now: Int, width: Int?, hasColors: Bool) -> [String] {
        guard !tasks.isEmpty else { return [] }
        let rows = tasks.map { cells($0, now: now, width: width) }
        let widths = titles.indices.map { column in
            ([titles] + rows).reduce(0) { max($0, min(TerminalText.columns($1[column]), widestColumn)) }
        }
        let header = line(titles, widths: widths, width: width, color: nil)
        return [header]
            + zip(tasks, rows).map { task, row in
                line(row, widths: widths, width: width, color: hasColors ? color(task.state) : nil)
            }
    }

    private static func cells(_ task: TaskReport, now: Int, width: Int?) -> [String] {
        let isOpen = !task.state.isFinal
        return [
            task.id.map { "\($0)" } ?? "-",
            task.state.rawValue,
            task.taskName.map { TerminalText.escapedLine($0, width: width.map { _ in widestColumn }) } ?? "-",
            isOpen ? task.position.map { "\($0)" } ?? "-" : "-",
            isOpen ? task.timeLeft.map(Durations.rough) ?? "-" : "-",
            task.submittedAt.map { Durations.ago(Durations.between($0, now)) } ?? "-",
            task.startedAt.map { Durations.short(Durations.between($0, task.finishedAt ?? now)) } ?? "-",
            task.failure.map { TaskWords.failure($0, width: width) } ?? "",
        ]
    }

    private static func line(_ cells: [String], widths: [Int], width: Int?, color: String?) -> String {
        let padded = zip(zip(titles, cells), widths).map { named, width in
            TerminalText.padded(named.1, to: width, alignsRight: !leftAligned.contains(named.0))
        }
        // The last column is not filled up, so that no line ends in spaces.
        let filled = padded.dropLast().joined(separator: "  ") + (cells[7].isEmpty ? "" : "  " + cells[7])
        let clipped = width.map { TerminalText.clipped(filled, to: $0) } ?? filled
        guard let color else { return clipped }
        let before = padded[0] + "  "
        // Before the state there are only digits and spaces: columns and characters are the same.
        guard clipped.utf8.starts(with: (before + cells[1]).utf8) else { return clipped }
        let rest = clipped.utf8.dropFirst(before.utf8.count + cells[1].utf8.count)
        return before + color + cells[1] + "\u{1B}[0m" + String(Substring(rest))
    }

    private static func color(_ state: TaskState) -> String? {
        switch state {
        case .waiting: nil
        case .execute: "\u{1B}[1;33m"
        case .success: "\u{1B}[32m"
        case .error: "\u{1B}[31m"
        }
    }
}
