import TaskCore
package import TaskProtocol

/// What `watch` shows.
package enum WatchScreen {
    /// The lines from the top of the screen, at most `height` of them and none wider than `width`:
    ///
    ///     localhost:4321  up 2 h  2 waiting, 1 running, 120 done  1 connection
    ///     ID  STATUS   TYPE    POSITION  DONE IN  SUBMITTED   TOOK  FAILURE
    ///     12  execute  revers         0     <1 s    3 s ago  1.2 s
    ///     …
    ///     ^C leaves
    ///
    /// The task that runs comes first, then those that wait, the next one first, then the ended ones, newest first.
    ///
    /// - Parameters:
    ///   - server: Its host and port.
    ///   - now: In milliseconds of Unix time.
    package static func lines(
        server: String, statistics: ServerStatistics, tasks: [TaskReport], now: Int, width: Int, height: Int,
        hasColors: Bool
    ) -> [String] {
        guard height > 0 else { return [] }
        let header = TerminalText.clipped(header(server, statistics), to: width)
        guard height > 1 else { return [header] }
        // Beside the table stand the header and the last line; the table has a line with the columns' names.
        let shown = Array(ordered(tasks).prefix(max(height - 3, 0)))
        var table = TaskList.lines(shown, now: now, width: width, hasColors: hasColors)
        if tasks.isEmpty, height > 2 { table = [TerminalText.clipped("no tasks", to: width)] }
        return [header] + table + [TerminalText.clipped("^C leaves", to: width)]
    }

    private static func header(_ server: String, _ statistics: ServerStatistics) -> String {
        let done = statistics.succeeded + statistics.failed + statistics.cancelled
        let connections = statistics.connections == 1 ? "1 connection" : "\(statistics.connections) connections"
        return "\(TerminalText.escapedLine(server))  up \(Durations.rough(statistics.uptime))"
            + "  \(statistics.waiting) waiting, \(statistics.running) running, \(done) done  \(connections)"
    }

    private static func ordered(_ tasks: [TaskReport]) -> [TaskReport] {
        let waiting = tasks.filter { $0.state == .waiting }.sorted { rank($0) < rank($1) }
        let ended = tasks.filter(\.state.isFinal).sorted { rank($0) > rank($1) }
        return tasks.filter { $0.state == .execute } + waiting + ended
    }

    /// Tasks run in the order of their ids.
    private static func rank(_ task: TaskReport) -> Int { task.id?.rawValue ?? 0 }
}
