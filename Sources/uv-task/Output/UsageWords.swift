package import TaskCore
package import TaskProtocol

/// What is wrong with a call, and what the program says while it reads: one line each, without a full stop or a newline.
package enum UsageWords {
    /// Where data is typed; `uv-task: reading the data up to ^D`
    package static let readingData = "reading the data up to ^D"

    /// Where lines are typed.
    package static let readingLines = "reading one task a line up to ^D"

    /// `the data is not UTF-8: byte 17 (counted from 0)`
    package static func notUTF8(offset: Int) -> String { "the data is not UTF-8: byte \(offset) (counted from 0)" }

    /// `line 3 is not UTF-8: byte 17 of the input, byte 4 of the line (both counted from 0)`
    package static func notUTF8(line: Int, offset: Int, inLine: Int) -> String {
        "line \(line) is not UTF-8: byte \(offset) of the input, byte \(inLine) of the line (both counted from 0)"
    }

    /// `cannot read the data from stdin: bad file descriptor`
    package static func unreadableInput(_ cause: String) -> String { "cannot read the data from stdin: \(cause)" }

    /// Of data that no server takes: `too large: the data has more than 16777216 bytes`
    package static func tooLarge(limit: Int) -> String { "too large: the data has more than \(limit) bytes" }

    /// Before anything is asked: `cannot write to none/out.png: no such file or directory`
    package static func unwritable(_ file: String, _ cause: String) -> String {
        "cannot write to \(TerminalText.escapedLine(file)): \(cause)"
    }

    /// `UV_TASK_PORT is "x": it takes a whole number from 1 to 65535`
    package static func badPort(_ text: String) -> String {
        "UV_TASK_PORT is \"\(TerminalText.escapedLine(text, width: 64))\": it takes a whole number from 1 to 65535"
    }

    /// For `watch` where it can't redraw anything.
    package static func noScreen(options: String) -> String {
        "watch needs a terminal on stdout; uv-task list\(options) prints the tasks once, and watch --json a line a second"
    }

    /// Of a cancel that came too late: `task 7 had ended before: success`, and where the server did not end the task all
    /// the same: `task 7 was not cancelled: running, done in about 2 s`
    package static func notCancelled(_ id: TaskID, _ report: TaskReport) -> String {
        let standing = TaskWords.standing(report)
        return "task \(id) \(report.state.isFinal ? "had ended before" : "was not cancelled"): \(standing)"
    }

    /// Of a connection that ended: `the connection to localhost:4321 was lost (it was reset); uv-task info shows whether a
    /// daemon is there`
    package static func lost(_ server: String, _ cause: String, options: String) -> String {
        "the connection to \(TerminalText.escapedLine(server)) was lost (\(TerminalText.escapedLine(cause))); "
            + "uv-task info\(options) shows whether a daemon is there"
    }

    /// Of a submit that has no answer: `…; uv-task list shows the newest tasks`
    package static func unanswered(_ cause: String, options: String) -> String {
        "\(cause); uv-task list\(options) shows the newest tasks"
    }

    /// Of many lines that were submitted one after the other:
    /// `…; 12 lines were answered, and what became of lines 13 to 15 is not known`
    ///
    /// - Parameter unknown: the lines whose submits have no answer, from 1 on; nil where all have.
    package static func linesLost(_ cause: String, answered: Int, unknown: ClosedRange<Int>?) -> String {
        let lines = "\(cause); \(answered) \(answered == 1 ? "line was" : "lines were") answered"
        return unknown.map { "\(lines), and \(fateUnknown($0))" } ?? lines
    }

    /// `what became of lines 13 to 15 is not known`
    static func fateUnknown(_ lines: ClosedRange<Int>) -> String {
        let first = lines.lowerBound
        let which = lines.count == 1 ? "line \(first)" : "lines \(first) to \(lines.upperBound)"
        return "what became of \(which) is not known"
    }

    /// `…; given again with the same --key, the task runs once all the same`
    package static func sameKey(_ cause: String) -> String {
        "\(cause). Given again with the same --key, the task runs once all the same, unless the daemon was restarted"
    }

    /// A word as a shell takes it: `localhost`, `'two words'`.
    package static func shellWord(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
