import TaskCore

/// A key of a `[tasks.NAME]` table. To add one, add it to `all`.
struct TaskKey: Sendable {
    let name: String
    /// A few words for the help text of the daemon.
    let help: String
    /// Stores the value in the draft, or adds the mistakes that it has.
    let read: @Sendable (TOMLNode, inout TaskDraft) -> Void

    /// In the order in which they are read and listed. `max_output` depends on `result`.
    static let all = [
        TaskKey("command", help: "the program and its arguments") { $1.readCommand($0) },
        TaskKey("description", help: "one line, for people", mustBe: "one line of text", oneLine) {
            $0.description = $1
        },
        TaskKey(
            "data", help: #""text" (the default), or "base64" for any bytes"#, mustBe: encodings, encoding
        ) { $0.command.data = $1 },
        TaskKey(
            "result", help: #""text" (the default), or "base64" for any bytes"#, mustBe: encodings, encoding
        ) { $0.command.result = $1 },
        TaskKey("timeout", help: #"how long it may run: "30s", "2m" (no limit)"#, mustBe: times, time) {
            $0.command.timeout = $1
        },
        TaskKey("expected", help: "how long it takes, until some runs are known", mustBe: times, time) {
            $0.command.expected = $1
        },
        TaskKey("max_output", help: #"how much it may write ("1MiB")"#) { $1.readMaximumOutput($0) },
        TaskKey(
            "directory", help: "where it runs (the daemon's)", mustBe: #"an absolute path, such as "/srv/work""#,
            absolutePath
        ) { $0.command.directory = $1 },
        TaskKey("environment", help: #"{ NAME = "value" }, added to the daemon's"#) { $1.readEnvironment($0) },
        TaskKey(
            "data_as_option", help: "true if data that begins with - is harmless", mustBe: "true or false", \.boolean
        ) { $0.dataMayBeOption = $1 },
    ]

    private init(_ name: String, help: String, read: @escaping @Sendable (TOMLNode, inout TaskDraft) -> Void) {
        self.name = name
        self.help = help
        self.read = read
    }

    /// A key with a simple value.
    ///
    /// - Parameters:
    ///   - expected: what the value must be, for the message if it is something else.
    ///   - parse: returns nil if the value is something else.
    private init<Value>(
        _ name: String, help: String, mustBe expected: String, _ parse: @escaping @Sendable (TOMLValue) -> Value?,
        store: @escaping @Sendable (inout TaskDraft, Value) -> Void
    ) {
        self.init(name, help: help) { node, draft in
            if let value = parse(node.value) {
                store(&draft, value)
            } else {
                draft.mistakes.add(node.line, draft.path.member(name), "must be \(expected)")
            }
        }
    }
}

// MARK: Values of several keys

private let encodings = #""text" or "base64""#

@Sendable private func encoding(_ value: TOMLValue) -> DataEncoding? { value.string.flatMap(DataEncoding.init) }

private let times = #"a time such as "30s", "500ms" or "2m", or a whole number of seconds, above 0"#

@Sendable private func time(_ value: TOMLValue) -> Duration? {
    switch value {
    case .string(let text): TimeText.milliseconds(text).map { .milliseconds($0) }
    case .integer(let seconds) where (1...Int(TimeText.range.upperBound / 1000)).contains(seconds): .seconds(seconds)
    default: nil
    }
}

@Sendable private func oneLine(_ value: TOMLValue) -> String? {
    guard let text = value.string else { return nil }
    let isOneLine = text.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
    return isOneLine ? text : nil
}

@Sendable private func absolutePath(_ value: TOMLValue) -> String? {
    value.stringWithoutNUL.flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
}

extension TaskFile {
    /// The keys of a task type except for `command`, one a line, for a help text.
    package static let keyHelp = TaskKey.all.dropFirst().map { key in
        "  " + key.name + String(repeating: " ", count: 16 - key.name.count) + key.help
    }.joined(separator: "\n")
}
