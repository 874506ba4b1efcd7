import ArgumentParser
import CommandArguments
import TaskCore

/// The options of the limits. Names, units and ranges come from `Limit`, defaults from `Limits`.
struct LimitOptions: ParsableArguments {
    private static let standard = Limits()

    @Option(.message, help: "The longest request that a client may send")
    var message = Self.standard.message

    @Option(.queued, help: "The number of tasks that may wait; further ones are refused")
    var queued = Self.standard.queued

    @Option(
        .memory,
        help: """
            The memory for data and results. To make room, the server evicts finished tasks, then refuses new ones. \
            Connections may take as much again
            """)
    var memory = Self.standard.memory

    @Option(.keptResults, help: "The number of finished tasks that the server keeps; it evicts the oldest first")
    var keptResults = Self.standard.keptResults

    @Option(.keptTime, help: "How long the server keeps a finished task, such as 10m or 24h", default: "no limit")
    var keptTime: Int?

    @Option(
        .connections, help: "The number of clients that may be connected; further ones are refused",
        default: "as many as the limit of open files allows")
    var connections: Int?

    @Option(
        .unanswered,
        help: "The number of requests of one connection that may wait before the server stops reading from it")
    var unanswered = Self.standard.unanswered

    @Option(
        .idleTime, short: "t", help: "Close a connection that is idle for this time, such as 30, 500ms or 2m",
        default: "never")
    var idleTime: Int?

    @Option(.writeTime, help: "Close a connection if its client reads no replies for this time")
    var writeTime = Self.standard.writeTime

    @Option(.drainTime, help: "How long a shutdown waits for the running task, at least 1ms")
    var drainTime = Self.standard.drainTime

    var values: Limits {
        var limits = Limits()
        limits.message = message
        limits.queued = queued
        limits.memory = memory
        limits.keptResults = keptResults
        limits.keptTime = keptTime
        limits.connections = connections
        limits.unanswered = unanswered
        limits.idleTime = idleTime
        limits.writeTime = writeTime
        limits.drainTime = drainTime
        return limits
    }
}

extension Option<Int> {
    fileprivate init(wrappedValue: Int, _ limit: Limit, help: String) {
        self.init(
            wrappedValue: wrappedValue, name: limit.optionName(), parsing: .unconditional,
            help: limit.help(help, default: limit.text(wrappedValue)), transform: limit.value)
    }
}

extension Option<Int?> {
    /// - Parameter text: describes what happens without the option.
    fileprivate init(_ limit: Limit, short: Character? = nil, help: String, default text: String) {
        self.init(
            name: limit.optionName(short: short), parsing: .unconditional, help: limit.help(help, default: text),
            transform: limit.value)
    }
}

extension Limit {
    fileprivate func optionName(short: Character? = nil) -> NameSpecification {
        NameSpecification((short.map { [.customShort($0, allowingJoined: true)] } ?? []) + [.customLong(name)])
    }

    fileprivate func help(_ text: String, default value: String) -> ArgumentHelp {
        let valueName =
            switch unit {
            case .bytes: "size"
            case .count: "number"
            case .milliseconds: "time"
            }
        return ArgumentHelp("\(text) (default: \(value)).", valueName: valueName)
    }

    fileprivate func text(_ value: Int) -> String {
        switch unit {
        case .bytes: SizeText.text(value)
        case .count: "\(value)"
        case .milliseconds: TimeText.text(value)
        }
    }
}
