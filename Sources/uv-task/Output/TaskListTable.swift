import TaskCore
import TaskProtocol

/// The table of tasks that `list` and `watch` print.
enum TaskListTable {
    /// The greatest width of a column. Wider text is clipped if the table has a width; otherwise it shifts the columns
    /// after it.
    fileprivate static let maximumColumn = 40

    /// The names of the columns and a line for each task, in the given order; nothing if there are no tasks:
    ///
    ///     ID  STATUS   TYPE    POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
    ///      9  waiting  revers         2      4 s   just now      -
    ///      8  execute  revers         0     <1 s    3 s ago  1.2 s
    ///      7  error    echo           -        -  5 min ago  0.0 s  cancelled by a client (cancelled)
    ///
    /// If somebody else submitted one of the tasks, the submitters are shown too. On another machine the reader's number is
    /// not known, so there they are shown if they differ.
    ///
    ///     ID  STATUS   TYPE    USER   POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
    ///      9  waiting  revers  alice         2      4 s   just now      -
    ///
    /// - Parameters:
    ///   - users: the users of the server's machine; nil for another machine, whose submitters are shown by their numbers.
    ///   - now: in milliseconds of Unix time.
    ///   - width: the width of the terminal; nil for lines of any length.
    ///   - hasColors: whether the states are coloured.
    static func lines(
        _ tasks: [TaskReport], now: Int, users: Console.Users?, width: Int?, hasColors: Bool
    ) -> [String] {
        guard !tasks.isEmpty else { return [] }
        let submitters = Set(tasks.compactMap(\.submitter))
        var columns = Column.all
        var table = TableContext(now: now, width: width)
        if users.map({ users in submitters.contains { $0 != users.own } }) ?? (submitters.count > 1) {
            // Each is looked up once, because that may take a while.
            for user in submitters { table.userNames[user] = users?.name(user) ?? "\(user.rawValue)" }
        } else {
            columns.removeAll(where: \.isSubmitter)
        }
        let rows = [columns.map(\.title)] + tasks.map { task in columns.map { $0.text(task, table) } }
        let widths = columns.indices.map { column in
            rows.reduce(0) { max($0, min(TerminalText.columns($1[column]), maximumColumn)) }
        }
        return zip(rows, [nil] + tasks).map { row, task in
            line(
                row, of: columns, widths: widths, width: width,
                color: hasColors ? task.flatMap { color($0.state) } : nil)
        }
    }

    private static func line(
        _ cells: [String], of columns: [Column], widths: [Int], width: Int?, color: String?
    ) -> String {
        let padded = zip(zip(columns, cells), widths).map { cell, width in
            TerminalText.padded(cell.1, to: width, alignsRight: cell.0.alignsRight)
        }
        var line = padded.dropLast().joined(separator: "  ")
        // The last column is not padded, so that no line ends in spaces.
        if let last = cells.last, !last.isEmpty { line += "  \(last)" }
        let clipped = width.map { TerminalText.clipped(line, to: $0) } ?? line
        guard let color, let column = columns.firstIndex(where: \.isColored) else { return clipped }
        let before = padded[..<column].map { $0 + "  " }.joined()
        // Only ASCII stands before the state, so columns are bytes. A clipped state has no colour, so that no escape
        // sequence is cut.
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

/// What the cells depend on besides their tasks.
private struct TableContext {
    /// In milliseconds of Unix time.
    let now: Int
    let width: Int?
    var userNames: [UserID: String] = [:]

    /// A name, clipped if the table has a width.
    func name(_ text: String) -> String {
        TerminalText.escapedLine(text, width: width == nil ? nil : TaskListTable.maximumColumn)
    }
}

private struct Column: Sendable {
    let title: String
    var alignsRight = true
    var isColored = false
    var isSubmitter = false
    /// The cell for a task.
    let text: @Sendable (TaskReport, TableContext) -> String

    static let all = [
        Column(title: "ID") { task, _ in task.id.map { "\($0)" } ?? "-" },
        Column(title: "STATUS", alignsRight: false, isColored: true) { task, _ in task.state.rawValue },
        Column(title: "TYPE", alignsRight: false) { task, table in task.taskName.map(table.name) ?? "-" },
        Column(title: "USER", alignsRight: false, isSubmitter: true) { task, table in
            task.submitter.flatMap { table.userNames[$0] }.map(table.name) ?? "-"
        },
        Column(title: "POSITION") { task, _ in
            task.state.isFinal ? "-" : task.position.map { "\($0)" } ?? "-"
        },
        Column(title: "DONE IN") { task, _ in
            task.state.isFinal ? "-" : task.remainingTime.map(Durations.rough) ?? "-"
        },
        Column(title: "SUBMITTED") { task, table in
            task.submittedAt.map { Durations.ago(Durations.between($0, table.now)) } ?? "-"
        },
        Column(title: "TOOK") { task, table in
            task.startedAt.map { Durations.short(Durations.between($0, task.finishedAt ?? table.now)) } ?? "-"
        },
        Column(title: "FAILURE", alignsRight: false) { task, table in
            task.failure?.summary(width: table.width) ?? ""
        },
    ]
}
