/// What the server answers to a request with a `seq`. PROTOCOL.md has an example of each.
package enum Reply: Hashable, Sendable {
    /// To `run`.
    case submitted(Submission)
    /// To `status` and `cancel`.
    case status(TaskReport, timedOut: Bool = false)
    /// To `get_result`.
    case result(TaskResult)
    /// To `list`.
    case list(TaskPage)
    /// To `stats`.
    case stats(ServerStatistics)
    /// To `info`.
    case info(ServerInformation)
    /// To any request that was refused.
    case refused(RequestError)

    /// A task that was taken in.
    package struct Submission: Hashable, Sendable {
        /// With its id, its state, and its position and time left while it has not ended.
        package let task: TaskReport
        package let instance: InstanceID
        /// The key was known: the task is the one that it made before.
        package let isExisting: Bool

        package init(task: TaskReport, instance: InstanceID, isExisting: Bool) {
            self.task = task
            self.instance = instance
            self.isExisting = isExisting
        }
    }

    /// What a task answered.
    package struct TaskResult: Hashable, Sendable {
        package let state: TaskState
        /// nil unless the state is `success`.
        package let data: String?
        package let failure: TaskFailure?
        /// The wait's time-out came before the task's end.
        package let timedOut: Bool

        package init(_ state: TaskState, data: String?, failure: TaskFailure? = nil, timedOut: Bool = false) {
            self.state = state
            self.data = data
            self.failure = failure
            self.timedOut = timedOut
        }
    }

    /// A part of the list of tasks.
    package struct TaskPage: Hashable, Sendable {
        /// Newest first, each with its id.
        package let tasks: [TaskReport]
        /// What to give as `before` for the next part; nil where there is no more.
        package let next: TaskID?

        package init(tasks: [TaskReport], next: TaskID?) {
            self.tasks = tasks
            self.next = next
        }
    }

    /// Appends the message, one line with its newline.
    ///
    /// - Parameter sequence: that of the request; nil where it could not be read, and an error is told all the same.
    package func write(to bytes: inout [UInt8], sequence: Int?) {
        bytes.append(text: "{")
        bytes.append(member: "seq", number: sequence)
        switch self {
        case .submitted(let submission):
            bytes.append(member: "task_id", number: submission.task.id?.rawValue)
            bytes.append(member: "instance", word: submission.instance.description)
            bytes.append(member: "status", word: submission.task.state.rawValue)
            bytes.append(member: "position", number: submission.task.position)
            bytes.append(member: "eta_ms", number: submission.task.timeLeft)
            bytes.append(member: "existing", flag: submission.isExisting)
        case .status(let report, let timedOut):
            report.write(to: &bytes)
            bytes.append(member: "timed_out", flag: timedOut)
        case .result(let result):
            bytes.append(member: "status", word: result.state.rawValue)
            bytes.append(member: "data")
            if let data = result.data { bytes.append(jsonString: data) } else { bytes.append(text: "null") }
            bytes.append(failure: result.failure)
            bytes.append(member: "timed_out", flag: result.timedOut)
        case .list(let page):
            bytes.append(member: "tasks", array: page.tasks) { bytes, task in
                bytes.append(text: "{")
                task.write(to: &bytes)
                bytes.append(text: "}")
            }
            bytes.append(member: "next", number: page.next?.rawValue)
        case .stats(let statistics): statistics.write(to: &bytes)
        case .info(let information): information.write(to: &bytes)
        case .refused(let error): error.write(to: &bytes)
        }
        bytes.append(text: "}\n")
    }
}
