package import Wire

/// What a server says of itself, laid out for people: a line for each value.
package enum ServerWords {
    /// What `stats` prints: `waiting           3`, `data and results  12.3 MiB`, and so on.
    ///
    /// Refusals are told only where there are any.
    package static func text(_ statistics: ServerStatistics) -> String {
        let refused = statistics.refused.filter { $0.count != 0 }
        return text(
            [
                ("uptime", Durations.short(statistics.uptime)),
                ("submitted", "\(statistics.submitted)"),
                ("succeeded", "\(statistics.succeeded)"),
                ("failed", "\(statistics.failed)"),
                ("cancelled", "\(statistics.cancelled)"),
                ("waiting", "\(statistics.waiting)"),
                ("running", "\(statistics.running)"),
                ("oldest waiting", statistics.oldestWaiting.map { "for \(Durations.short($0))" } ?? "-"),
                ("data and results", ByteCount.text(statistics.heldBytes)),
                ("connections", "\(statistics.connections)"),
                ("connections so far", "\(statistics.accepted)"),
                ("closed for errors", "\(statistics.closedForErrors)"),
                ("waits", "\(statistics.waits)"),
            ] + refused.map { ("refused \(name($0.name))", "\($0.count)") })
    }

    /// What `info` prints: `version           1.0.0`, `task type revers  2 s`, `--max-message     1 MiB`, and so on.
    package static func text(_ information: ServerInformation) -> String {
        let fixed = [
            ("name", TerminalText.escapedLine(information.name)),
            ("version", TerminalText.escapedLine(information.version)),
            ("protocol", "\(information.protocolVersion)"),
            ("instance", information.instance.description),
        ]
        let types = information.taskTypes.map {
            ("task type \(name($0.name))", $0.delay == 0 ? "at once" : Durations.exact($0.delay))
        }
        return text(fixed + types + information.limits.map { ("--\(name($0.name))", value(of: $0)) })
    }

    private static func text(_ lines: [(name: String, value: String)]) -> String {
        let width = lines.reduce(0) { max($0, TerminalText.columns($1.name)) }
        return lines.reduce(into: "") { $0 += TerminalText.padded($1.name, to: width) + "  \($1.value)\n" }
    }

    /// All names are filled up to the longest: none may be endless.
    private static func name(_ text: String) -> String { TerminalText.escapedLine(text, width: 40) }

    /// How the values of limits read.
    private static let limits: [(name: String, words: @Sendable (Int) -> String)] = [
        ("max-message", ByteCount.text), ("timeout", Durations.exact), ("drain-timeout", Durations.exact),
    ]

    /// One that this version does not know is a number.
    private static func value(of limit: ServerInformation.Limit) -> String {
        guard let value = limit.value else { return "none" }
        return limits.first { $0.name == limit.name }?.words(value) ?? "\(value)"
    }
}
