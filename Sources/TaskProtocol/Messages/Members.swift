import JSON
import TaskCore

/// The members of requests, and those of several replies. A member of one reply is declared in the file of the reply.
/// PROTOCOL.md says what each means.
enum Members {
    // Requests.
    static let sequence = Member<Int>.count("seq")
    static let type = Member<RequestType>("type", "a string") { value, _ in
        RequestType.allCases.first { value.equals($0.word) } ?? (value.isString ? .unknown : nil)
    }
    static let taskName = Member<String>.text("task_name")
    static let data = Member<TaskData>("data", "a string") { value, _ in value.utf8.map(TaskData.init(utf8:)) }
    static let taskID = Member<TaskID>.taskID("task_id")
    static let key = Member<String>.text("key", length: RunRequest.keyLength)
    static let wait = Member<Bool>.flag("wait")
    static let timeout = Member<Int>.count("timeout_ms")
    static let status = Member<TaskState>("status", "waiting, execute, success or error") { value, _ in
        TaskState.allCases.first { value.equals($0.word) }
    }
    static let before = Member<TaskID>.taskID("before")
    static let limit = Member<Int>.integer("limit", in: ListQuery.limitRange)
    static let instance = Member<InstanceID>("instance", "16 hexadecimal digits in lower case") { value, _ in
        value.string.flatMap(InstanceID.init)
    }
    static let offset = Member<Int>.count("offset")

    /// The members of requests without a `seq`.
    static let legacy: [any CheckedMember] = [type, taskName, data, taskID]
    /// The members of requests with a `seq`.
    static let request: [any CheckedMember] =
        legacy + [key, wait, timeout, status, before, limit, instance, offset]

    // Replies.
    static let error = Member<Refusal>.object("error", Refusal.init)
    static let timedOut = Member<Bool>.flag("timed_out")
    static let position = Member<Int>.count("position")
    static let remainingTime = Member<Int>.count("eta_ms")
    static let failure = Member<TaskFailure>.object("failure", TaskFailure.init)
    static let result = Member<String?>("data", "a string or null") { value, _ in
        // `value.string` alone would become `.some(nil)`, the value of null, for every other type.
        value.isNull ? .some(nil) : value.string.map(Optional.some)
    }

    // The objects `error` and `failure`.
    static let code = Member<String>.text("code")
    static let message = Member<String>.text("message")
}
