import TaskCore

/// Messages of `run --each-line` about the lines of stdin, which are counted from 1.
enum LineMessage {
    /// The first line that was refused, and how to continue:
    /// `line 17: the queue is full; lines before it were submitted: go on from line 17`,
    /// `…; lines before it were submitted, and lines 18 to 20 are tasks 17 to 19: go on with the others, from line 17`
    ///
    /// - Parameters:
    ///   - sentence: why it was refused.
    ///   - isTemporary: whether the server may accept the line later.
    ///   - submittedAfter: the later lines that were submitted, in order, and their tasks.
    static func refused(
        _ number: Int, _ sentence: String, isTemporary: Bool = false, submittedAfter: [(line: Int, id: TaskID)] = []
    ) -> String {
        var clauses: [String] = []
        if number > 1 { clauses.append("lines before it were submitted") }
        if !submittedAfter.isEmpty { clauses.append(runs(of: submittedAfter)) }
        let advice =
            isTemporary && !clauses.isEmpty
            ? ": go on \(submittedAfter.isEmpty ? "" : "with the others, ")from line \(number)" : ""
        if clauses.isEmpty { clauses.append("nothing was submitted") }
        return "line \(number): \(sentence); \(clauses.joined(separator: ", and "))\(advice)"
    }

    /// `lines 18 to 20 are tasks 17 to 19`, `line 18 is task 17 and line 20 is task 18`
    ///
    /// - Parameter lines: at least one.
    private static func runs(of lines: [(line: Int, id: TaskID)]) -> String {
        var runs: [(line: Int, id: Int, count: Int)] = []
        for (line, id) in lines {
            if let last = runs.last, last.line + last.count == line, last.id + last.count == id.rawValue {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((line, id.rawValue, 1))
            }
        }
        var parts = runs.map { run in
            run.count == 1
                ? "line \(run.line) is task \(run.id)"
                : "lines \(run.line) to \(run.line + run.count - 1) are tasks \(run.id) to \(run.id + run.count - 1)"
        }
        let last = parts.removeLast()
        return parts.isEmpty ? last : "\(parts.joined(separator: ", ")) and \(last)"
    }

    /// `…; 12 lines were answered, and it is not known whether lines 13 to 15 were queued`
    ///
    /// - Parameter unknown: the lines whose submits have no answer.
    static func lost(_ cause: String, answered: Int, unknown: ClosedRange<Int>?) -> String {
        let lines = "\(cause); \(answered) \(answered == 1 ? "line was" : "lines were") answered"
        return unknown.map { "\(lines), and \(self.unknown($0))" } ?? lines
    }

    /// `it is not known whether lines 13 to 15 were queued`
    static func unknown(_ lines: ClosedRange<Int>) -> String {
        let first = lines.lowerBound
        let which = lines.count == 1 ? "line \(first) was" : "lines \(first) to \(lines.upperBound) were"
        return "it is not known whether \(which) queued"
    }
}
