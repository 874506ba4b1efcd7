package import TaskCore

/// A moment in milliseconds, on a clock that never goes back; whoever calls the queue reads it.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: UInt64

    package init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

/// One connection of a server, for as long as the server lives: numbers are never used again.
package struct ConnectionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// No connection: servers begin with 1.
    package static let none = ConnectionID(rawValue: 0)

    package static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}

/// The place of a task's type in the server's catalogue. The queue counts by it, and knows nothing else of it.
package struct TaskTypeIndex: Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }
}

extension TaskFailure {
    /// A client cancelled the task before it could start.
    package static let cancelledWaiting = TaskFailure(.cancelled, "cancelled before it could start")

    /// A client cancelled the task while it ran.
    package static let cancelledRunning = TaskFailure(.cancelled, "cancelled while it ran")

    /// The server was stopped while the task ran.
    package static let cutOff = TaskFailure(.shutDown, "the server was stopped while the task ran")

    /// The server was stopped before the task could start.
    package static let dropped = TaskFailure(.shutDown, "the server was stopped before the task could start")
}

/// What is known of one task.
package struct TaskRecord: Sendable {
    /// How far it has come, with what is worth keeping there: the data goes when the task has ended.
    package enum Progress: Sendable {
        case waiting(data: TaskData)
        case execute(data: TaskData, since: Timestamp)
        case success(result: String, startedAt: Timestamp, finishedAt: Timestamp)
        /// `startedAt` is nil where the task never ran. Indirect, so that the many good records stay small.
        indirect case error(TaskFailure, startedAt: Timestamp?, finishedAt: Timestamp)
    }

    package internal(set) var progress: Progress
    /// nil where the name was unknown.
    package let type: TaskTypeIndex?
    /// The connection on which a classic question about the task's state waits for its end; `none` where the task came with
    /// a `seq`.
    package let submitter: ConnectionID
    /// When it came in.
    package let submittedAt: Timestamp

    package var state: TaskState {
        switch progress {
        case .waiting: .waiting
        case .execute: .execute
        case .success: .success
        case .error: .error
        }
    }

    /// What the task answered; nil unless its state is `success`.
    package var result: String? {
        if case .success(let result, _, _) = progress { result } else { nil }
    }

    /// When it began to run; nil where it has not, or never did.
    package var startedAt: Timestamp? {
        switch progress {
        case .waiting: nil
        case .execute(_, let since): since
        case .success(_, let startedAt, _): startedAt
        case .error(_, let startedAt, _): startedAt
        }
    }

    /// When it ended; nil where it has not.
    package var finishedAt: Timestamp? {
        switch progress {
        case .waiting, .execute: nil
        case .success(_, _, let finishedAt): finishedAt
        case .error(_, _, let finishedAt): finishedAt
        }
    }

    /// Why it ended in error, where it did.
    package var failure: TaskFailure? {
        if case .error(let failure, _, _) = progress { failure } else { nil }
    }

    /// The bytes of data, result, a function's own message or a command's last words that it keeps. The other messages are few
    /// sentences.
    package var heldBytes: Int {
        switch progress {
        case .waiting(let data), .execute(let data, _): data.count
        case .success(let result, _, _): result.utf8.count
        case .error(let failure, _, _):
            (failure.code == .failed ? failure.message.utf8.count : 0) + (failure.errorOutput?.utf8.count ?? 0)
        }
    }
}
