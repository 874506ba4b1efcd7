package import TaskCore

/// What the queue knows about one task. 48 bytes, because millions may wait.
package struct TaskRecord: Sendable {
    /// How far the task has come. The data is dropped when it ends.
    package enum Progress: Sendable {
        /// `connection`: the legacy connection whose `status` may wait for the end; `.none` if there is none.
        case waiting(data: TaskData, connection: ConnectionID)
        case execute(data: TaskData, since: Timestamp, connection: ConnectionID)
        case success(result: String, startedAt: Timestamp, finishedAt: Timestamp)
        /// `startedAt` is nil if the task never ran. Indirect, to keep the other records small.
        indirect case error(TaskFailure, startedAt: Timestamp?, finishedAt: Timestamp)
    }

    package internal(set) var progress: Progress

    /// `.max` for no type and for no user, which is never either one's number. Optionals would not fit into 48 bytes.
    private let typeNumber: UInt16
    private let submitterNumber: UInt32

    package let submittedAt: Timestamp

    init(progress: Progress, type: TaskTypeIndex?, submitter: UserID?, submittedAt: Timestamp) {
        self.progress = progress
        typeNumber = type?.rawValue ?? .max
        submitterNumber = submitter?.rawValue ?? .max
        self.submittedAt = submittedAt
    }

    /// nil if the task was submitted with the name of no type.
    package var type: TaskTypeIndex? { typeNumber == .max ? nil : TaskTypeIndex(rawValue: typeNumber) }

    /// The user who submitted the task; nil if the system did not report one.
    package var submitter: UserID? { submitterNumber == .max ? nil : UserID(rawValue: submitterNumber) }

    package var state: TaskState {
        switch progress {
        case .waiting: .waiting
        case .execute: .execute
        case .success: .success
        case .error: .error
        }
    }

    /// The legacy connection whose `status` may wait for the end; `.none` if there is none, or the task has ended.
    package var connection: ConnectionID {
        switch progress {
        case .waiting(_, let connection), .execute(_, _, let connection): connection
        case .success, .error: .none
        }
    }

    /// nil unless the task succeeded.
    package var result: String? {
        if case .success(let result, _, _) = progress { result } else { nil }
    }

    /// nil unless the task failed.
    package var failure: TaskFailure? {
        if case .error(let failure, _, _) = progress { failure } else { nil }
    }

    /// When the task started, nil if it has not run; and when it ended, nil if it has not.
    package var times: (startedAt: Timestamp?, finishedAt: Timestamp?) {
        switch progress {
        case .waiting: (nil, nil)
        case .execute(_, let since, _): (since, nil)
        case .success(_, let startedAt, let finishedAt): (startedAt, finishedAt)
        case .error(_, let startedAt, let finishedAt): (startedAt, finishedAt)
        }
    }

    /// The bytes that count against `Limits.memory`, without key and log.
    package var heldBytes: Int {
        switch progress {
        case .waiting(let data, _), .execute(let data, _, _): data.count
        case .success(let result, _, _): result.utf8.count
        case .error(let failure, _, _): failure.heldBytes
        }
    }
}

extension TaskFailure {
    /// The bytes that come from a function or a command. Other messages are one of a few constants.
    var heldBytes: Int { (code == .failed ? message.utf8.count : 0) + (errorOutput?.utf8.count ?? 0) }
}
