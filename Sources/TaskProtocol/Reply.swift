import JSON
package import TaskCore

/// What the server answers to a request with a `seq`. PROTOCOL.md has an example of each.
package enum Reply: Hashable, Sendable {
    /// To `run`.
    case submitted(Submission)
    /// To `status` and `cancel`.
    case status(TaskReport, timedOut: Bool = false)
    /// To `get_result`.
    case result(TaskResult)
    /// To `log`.
    case log(LogPart)
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
        /// Of the data.
        package var encoding = DataEncoding.text
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

    /// A part of what a task's command wrote to its standard error.
    package struct LogPart: Hashable, Sendable {
        /// Whole characters; bytes that are not UTF-8 are replaced by U+FFFD.
        package let text: String
        /// Where the next part begins: what to give as `offset` then. In bytes of what the command wrote.
        package let next: Int
        /// How many bytes before the text are no longer kept, of those that were asked for.
        package let skipped: Int
        /// Whether the task has ended, and nothing comes after the text.
        package let hasEnded: Bool
        /// The wait's time-out came before there was any text.
        package let timedOut: Bool

        package init(text: String, next: Int, skipped: Int = 0, hasEnded: Bool, timedOut: Bool = false) {
            self.text = text
            self.next = next
            self.skipped = skipped
            self.hasEnded = hasEnded
            self.timedOut = timedOut
        }

        fileprivate func write(to bytes: inout [UInt8]) {
            bytes.append(member: "text", string: text)
            bytes.append(member: "offset", number: next)
            bytes.append(member: "skipped", number: skipped > 0 ? skipped : nil)
            bytes.append(member: "ended")
            bytes.append(hasEnded ? "true" : "false")
            bytes.append(member: "timed_out", flag: timedOut)
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
        bytes.append(atMost: 7 + JSONCursor.mostDigits) {
            $0.put("{")
            guard let sequence else { return }
            $0.put(#""seq":"#)
            $0.put(sequence)
        }
        switch self {
        case .submitted(let submission):
            bytes.append(atMost: 112 + 3 * JSONCursor.mostDigits) {
                $0.put(member: "task_id", number: submission.task.id?.rawValue)
                $0.put(member: "instance", hexadecimal: submission.instance.rawValue)
                $0.put(member: "status", word: submission.task.state.word)
                $0.put(member: "position", number: submission.task.position)
                $0.put(member: "eta_ms", number: submission.task.timeLeft)
            }
            bytes.append(member: "existing", flag: submission.isExisting)
        case .status(let report, let timedOut):
            report.write(to: &bytes)
            bytes.append(member: "timed_out", flag: timedOut)
        case .result(let result):
            bytes.append(member: "status", word: result.state.word)
            bytes.append(member: "data")
            if let data = result.data { bytes.append(jsonString: data) } else { bytes.append("null") }
            if result.encoding != .text { bytes.append(member: "encoding", word: result.encoding.rawValue) }
            bytes.append(failure: result.failure)
            bytes.append(member: "timed_out", flag: result.timedOut)
        case .log(let part): part.write(to: &bytes)
        case .list(let page):
            bytes.append(member: "tasks", array: page.tasks) { bytes, task in
                bytes.append("{")
                task.write(to: &bytes)
                bytes.append("}")
            }
            bytes.append(member: "next", number: page.next?.rawValue)
        case .stats(let statistics): statistics.write(to: &bytes)
        case .info(let information): information.write(to: &bytes)
        case .refused(let error): error.write(to: &bytes)
        }
        bytes.append("}\n")
    }
}
