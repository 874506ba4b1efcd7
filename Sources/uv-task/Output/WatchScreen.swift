import TaskCore
import TaskProtocol

/// The screen of `watch`.
enum WatchScreen {
    /// Switches to the alternate screen, without a cursor and without line wrapping.
    static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"

    /// Undoes `enter`. The terminal shows again what it showed before.
    static let leave = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    /// Draws lines from the top over the previous picture, without flicker.
    static func picture(_ lines: [String]) -> String {
        "\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J"
    }

    /// At most `height` lines, none wider than `width`:
    ///
    ///     localhost:4321  up 2 h  2 waiting, 1 running, 120 done  1 connection
    ///     ID  STATUS   TYPE    POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
    ///     12  execute  revers         0     <1 s    3 s ago  1.2 s
    ///     …
    ///     ^C leaves
    ///
    /// The running task comes first, then the waiting ones from the next to the last, then the ended ones from the newest
    /// to the oldest.
    ///
    /// - Parameters:
    ///   - server: `localhost:4321`
    ///   - tasks: from the newest to the oldest, as `list` returns them.
    ///   - now: in milliseconds of Unix time.
    ///   - users: see `TaskListTable`.
    static func lines(
        server: String, _ stats: StatsReply, _ tasks: [TaskReport], now: Int, users: Console.Users?, width: Int,
        height: Int, hasColors: Bool
    ) -> [String] {
        guard height > 0 else { return [] }
        let header = TerminalText.clipped(header(server, stats), to: width)
        guard height > 1 else { return [header] }
        // The header, the names of the columns and the last line take three lines.
        let shown = Array(ordered(tasks).prefix(max(height - 3, 0)))
        var table = TaskListTable.lines(shown, now: now, users: users, width: width, hasColors: hasColors)
        if tasks.isEmpty, height > 2 { table = [TerminalText.clipped("no tasks", to: width)] }
        return [header] + table + [TerminalText.clipped("^C leaves", to: width)]
    }

    private static func header(_ server: String, _ stats: StatsReply) -> String {
        let done = stats.succeeded + stats.failed + stats.cancelled
        let connections = stats.connections == 1 ? "1 connection" : "\(stats.connections) connections"
        return "\(TerminalText.escapedLine(server))  up \(Durations.rough(stats.uptime))"
            + "  \(stats.waiting) waiting, \(stats.running) running, \(done) done  \(connections)"
    }

    private static func ordered(_ tasks: [TaskReport]) -> [TaskReport] {
        let waiting = tasks.filter { $0.state == .waiting }.reversed()
        return tasks.filter { $0.state == .execute } + waiting + tasks.filter(\.state.isFinal)
    }
}
