import JSON
package import TaskCore

/// What the server tells of one task: members of several replies, as far as they are known.
package struct TaskReport: Hashable, Sendable {
    /// In lists, and in the answer to `run`.
    package var id: TaskID?

    package var state: TaskState

    /// nil where no task type had the name.
    package var taskName: String?

    /// 0 while it runs, 1 where it is next, and so on; nil when it has ended.
    package var position: Int?

    /// The estimated time until it has ended, in milliseconds; nil when it has.
    package var timeLeft: Int?

    /// In milliseconds of Unix time, like the two that follow.
    package var submittedAt: Int?

    /// nil where it has not started, or never will.
    package var startedAt: Int?

    package var finishedAt: Int?

    /// Why the state is `error`.
    package var failure: TaskFailure?

    package init(id: TaskID? = nil, state: TaskState) {
        self.id = id
        self.state = state
    }

    func write(to bytes: inout [UInt8]) {
        bytes.append(member: "task_id", number: id?.rawValue)
        bytes.append(member: "status", word: state.word)
        bytes.append(member: "task_name", string: taskName)
        bytes.append(atMost: 72 + 5 * JSONCursor.mostDigits) {
            $0.put(member: "position", number: position)
            $0.put(member: "eta_ms", number: timeLeft)
            $0.put(member: "submitted_at", number: submittedAt)
            $0.put(member: "started_at", number: startedAt)
            $0.put(member: "finished_at", number: finishedAt)
        }
        bytes.append(failure: failure)
    }
}

extension [UInt8] {
    mutating func append(failure: TaskFailure?) {
        guard let failure else { return }
        append(member: "failure")
        append("{")
        failure.write(to: &self)
        append("}")
    }
}

/// The members of a report as they come in.
struct TaskReportFields: ~Copyable {
    var id = Field<TaskID>("task_id")
    var state = Field<TaskState>("status")
    private var taskName = Field<String>("task_name")
    private var position = Field<Int>("position")
    private var timeLeft = Field<Int>("eta_ms")
    private var submittedAt = Field<Int>("submitted_at")
    private var startedAt = Field<Int>("started_at")
    private var finishedAt = Field<Int>("finished_at")
    private(set) var failure = Field<TaskFailure>("failure")

    mutating func take(_ member: borrowing JSONMember) {
        if member.isNamed("task_id") {
            id.note(member.taskID)
        } else if member.isNamed("status") {
            state.note(member.taskState)
        } else if member.isNamed("task_name") {
            taskName.note(member.string)
        } else if member.isNamed("position") {
            position.note(member.count)
        } else if member.isNamed("eta_ms") {
            timeLeft.note(member.count)
        } else if member.isNamed("submitted_at") {
            submittedAt.note(member.integer)
        } else if member.isNamed("started_at") {
            startedAt.note(member.integer)
        } else if member.isNamed("finished_at") {
            finishedAt.note(member.integer)
        } else if member.isNamed("failure") {
            failure.note(member.failure)
        }
    }

    func report() throws(BrokenMessage) -> TaskReport {
        var report = TaskReport(id: try id.optional(), state: try state.required())
        report.taskName = try taskName.optional()
        report.position = try position.optional()
        report.timeLeft = try timeLeft.optional()
        report.submittedAt = try submittedAt.optional()
        report.startedAt = try startedAt.optional()
        report.finishedAt = try finishedAt.optional()
        report.failure = try failure.optional()
        return report
    }
}

extension JSONMember {
    /// The value, where it is an object with a code.
    fileprivate var failure: TaskFailure? {
        var code: String?
        var message = ""
        var exitStatus: Int?
        var signal: Int?
        var errorOutput: String?
        _ = withMembers { members in
            members.forEach { member in
                if member.isNamed("code") { code = member.string }
                if member.isNamed("message") { message = member.string ?? "" }
                if member.isNamed("exit_status") { exitStatus = member.integer }
                if member.isNamed("signal") { signal = member.integer }
                if member.isNamed("stderr") { errorOutput = member.string }
                return true
            }
        }
        guard let code else { return nil }
        var failure = TaskFailure(TaskFailure.Code(rawValue: code), message)
        failure.exitStatus = exitStatus
        failure.signal = signal
        failure.errorOutput = errorOutput
        return failure
    }
}

extension TaskFailure {
    func write(to bytes: inout [UInt8]) {
        bytes.append(member: "code", string: code.rawValue)
        bytes.append(member: "message", string: message)
        bytes.append(member: "exit_status", number: exitStatus)
        bytes.append(member: "signal", number: signal)
        bytes.append(member: "stderr", string: errorOutput)
    }
}
