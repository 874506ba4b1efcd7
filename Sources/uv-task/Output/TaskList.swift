import TaskCore
package import TaskProtocol

/// The table of tasks that `list` prints.
package enum TaskList {
    /// The widest that a column gets; what is wider in it sticks out, or is clipped where there is a width.
    fileprivate static let widestColumn = 40

    /// For people, below the table: `no tasks`, or where there are more than were asked for
    /// `the newest 20; --last 200 shows more, watch those that come next`
    ///
    /// - Returns: nil where the table says all.
    package static func extent(_ count: Int, hasMore: Bool) -> String? {
        if count == 0 { return "no tasks" }
        return hasMore ? "the newest \(count); --last \(count * 10) shows more, watch those that come next" : nil
    }

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
        let columns = Column.all
        let rows = [columns.map(\.title)] + tasks.map { task in columns.map { $0.text(task, now, width) } }
        let widths = columns.indices.map { column in
            rows.reduce(0) { max($0, min(TerminalText.columns($1[column]), widestColumn)) }
        }
        return zip(rows, [nil] + tasks).map { row, task in
            line(row, widths: widths, width: width, color: hasColors ? task.flatMap { color($0.state) } : nil)
        }
    }

    private static func line(_ cells: [String], widths: [Int], width: Int?, color: String?) -> String {
        let padded = zip(zip(Column.all, cells), widths).map { cell, width in
            TerminalText.padded(cell.1, to: width, alignsRight: cell.0.alignsRight)
        }
        // The last column is not filled up, so that no line ends in spaces.
        let last = cells.last.flatMap { $0.isEmpty ? nil : $0 }.map { [$0] } ?? []
        let filled = (padded.dropLast() + last).joined(separator: "  ")
        let clipped = width.map { TerminalText.clipped(filled, to: $0) } ?? filled
        guard let color, let column = Column.all.firstIndex(where: \.isColored) else { return clipped }
        let before = padded[..<column].map { $0 + "  " }.joined()
        // Before the state there are only digits and spaces: columns and characters are the same.
        guard clipped.utf8.starts(with: (before + cells[column]).utf8) else { return clipped }
        let rest = clipped.utf8.dropFirst(before.utf8.count + cells[column].utf8.count)
        return before + color + cells[column] + "\u{1B}[0m" + String(Substring(rest))
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

/// A column of the table.
private struct Column: Sendable {
    let title: String
    var alignsRight = true
    /// Whether its cells have the colours of the states.
    var isColored = false
    /// What it tells of a task, at a moment of Unix time in milliseconds, on a terminal of some width, if it is one.
    let text: @Sendable (TaskReport, Int, Int?) -> String

    static let all = [
        Column(title: "ID") { task, _, _ in task.id.map { "\($0)" } ?? "-" },
        Column(title: "STATUS", alignsRight: false, isColored: true) { task, _, _ in task.state.rawValue },
        Column(title: "TYPE", alignsRight: false) { task, _, width in
            task.taskName.map { TerminalText.escapedLine($0, width: width.map { _ in TaskList.widestColumn }) } ?? "-"
        },
        Column(title: "POSITION") { task, _, _ in
            task.state.isFinal ? "-" : task.position.map { "\($0)" } ?? "-"
        },
        Column(title: "DONE IN") { task, _, _ in
            task.state.isFinal ? "-" : task.timeLeft.map(Durations.rough) ?? "-"
        },
        Column(title: "SUBMITTED") { task, now, _ in
            task.submittedAt.map { Durations.ago(Durations.between($0, now)) } ?? "-"
        },
        Column(title: "TOOK") { task, now, _ in
            task.startedAt.map { Durations.short(Durations.between($0, task.finishedAt ?? now)) } ?? "-"
        },
        Column(title: "FAILURE", alignsRight: false) { task, _, width in
            task.failure.map { TaskWords.failure($0, width: width) } ?? ""
        },
    ]
}
