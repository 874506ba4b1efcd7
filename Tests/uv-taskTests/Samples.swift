import TaskCore
import TaskProtocol

@testable import uv_task

/// Reports for tests. Times are in milliseconds.
extension TaskReport {
    static func waiting(_ id: Int? = nil, position: Int?, remaining: Int? = nil) -> TaskReport {
        var report = TaskReport(id: id.flatMap(TaskID.init), state: .waiting)
        report.taskName = "revers"
        report.position = position
        report.remainingTime = remaining
        report.submittedAt = 999_500
        return report
    }

    static func running(_ id: Int? = nil, startedAt: Int? = nil, remaining: Int? = nil) -> TaskReport {
        var report = TaskReport(id: id.flatMap(TaskID.init), state: .execute)
        report.taskName = "revers"
        report.position = 0
        report.remainingTime = remaining
        report.submittedAt = 997_000
        report.startedAt = startedAt
        return report
    }

    static func ended(_ id: Int? = nil, _ failure: TaskFailure? = nil) -> TaskReport {
        var report = TaskReport(id: id.flatMap(TaskID.init), state: failure == nil ? .success : .error)
        report.taskName = "echo"
        report.submittedAt = 700_000
        report.startedAt = 700_000
        report.finishedAt = 702_040
        report.failure = failure
        return report
    }
}

extension TaskID: ExpressibleByIntegerLiteral {
    /// The value must be in `TaskID.range`.
    public init(integerLiteral value: Int) { self.init(rawValue: value)! }
}
