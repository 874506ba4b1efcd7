import TaskCore
package import TaskProtocol

/// What a server says of itself, laid out for people: a line for each value.
package enum ServerWords {
    /// What `stats` prints: `waiting           3`, `held for tasks    12.3 MiB`, and so on.
    ///
    /// Refusals, and connections that a limit closed, are told only where there are any.
    package static func text(_ statistics: ServerStatistics) -> String {
        let closed = statistics.closedForLimits.map { ("closed by --\(name($0.name))", $0.count) }
        let refused = statistics.refused.map { ("refused \(name($0.name))", $0.count) }
        return text(
            [
                ("uptime", Durations.short(statistics.uptime)),
                ("submitted", "\(statistics.submitted)"),
                ("succeeded", "\(statistics.succeeded)"),
                ("failed", "\(statistics.failed)"),
                ("cancelled", "\(statistics.cancelled)"),
                ("waiting", "\(statistics.waiting)"),
                ("running", "\(statistics.running)"),
                ("kept", "\(statistics.kept)"),
                ("forgotten", "\(statistics.forgotten)"),
                ("oldest waiting", statistics.oldestWaiting.map { "for \(Durations.short($0))" } ?? "-"),
                ("held for tasks", ByteCount.text(statistics.heldBytes)),
                ("held for clients", ByteCount.text(statistics.connectionBytes)),
                ("connections", "\(statistics.connections)"),
                ("connections so far", "\(statistics.accepted)"),
                ("closed for errors", "\(statistics.closedForErrors)"),
                ("waits", "\(statistics.waits)"),
            ] + (closed + refused).filter { $0.1 != 0 }.map { ($0.0, "\($0.1)") })
    }

    /// What `info` prints: `version           1.0.0`, `task type revers  2 s`, `--max-message     1 MiB`, and so on; of a command
    /// `task type thumb   a command, usually about 2 s, binary data and result: Scale a picture to 128 pixels`
    package static func text(_ information: ServerInformation) -> String {
        let fixed = [
            ("name", TerminalText.escapedLine(information.name)),
            ("version", TerminalText.escapedLine(information.version)),
            ("protocol", "\(information.protocolVersion)"),
            ("instance", information.instance.description),
        ]
        let types = information.taskTypes.map { ("task type \(name($0.name))", words(for: $0)) }
        return text(fixed + types + information.limits.map { ("--\(name($0.name))", value(of: $0)) })
    }

    private static func words(for type: ServerInformation.TaskType) -> String {
        var words = type.isCommand ? "a command" : type.delay == 0 ? "at once" : Durations.exact(type.delay)
        if type.isCommand {
            words +=
                type.usualDuration.map { ", usually \(Durations.about($0))" } ?? ", how long it takes is not known yet"
        }
        switch (type.data, type.result) {
        case (.text, .text): break
        case (.base64, .text): words += ", binary data"
        case (.text, .base64): words += ", binary result"
        case (.base64, .base64): words += ", binary data and result"
        }
        return words + (type.description.map { ": \(TerminalText.escapedLine($0))" } ?? "")
    }

    private static func text(_ lines: [(name: String, value: String)]) -> String {
        let width = lines.reduce(0) { max($0, TerminalText.columns($1.name)) }
        return lines.reduce(into: "") { $0 += TerminalText.padded($1.name, to: width) + "  \($1.value)\n" }
    }

    /// All names are filled up to the longest: none may be endless.
    private static func name(_ text: String) -> String { TerminalText.escapedLine(text, width: 40) }

    /// How the values of limits read that are no numbers of things.
    private static let limits: [(name: String, words: @Sendable (Int) -> String)] = [
        (LimitName.message, ByteCount.text), (LimitName.memory, ByteCount.text),
        (LimitName.keptTime, Durations.exact), (LimitName.idleTime, Durations.exact),
        (LimitName.writeTime, Durations.exact), (LimitName.drainTime, Durations.exact),
    ]

    /// A count, and one that this version does not know, is a number.
    private static func value(of limit: ServerInformation.Limit) -> String {
        guard let value = limit.value else { return "none" }
        return limits.first { $0.name == limit.name }?.words(value) ?? "\(value)"
    }
}
