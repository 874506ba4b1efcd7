import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// Why a session ended.
/// Indirect, so that a session has room for no more than a pointer to it.
indirect enum ClosingReason: CustomStringConvertible {
    case broken(BrokenMessage)
    case unknownTask(TaskID)
    case forgottenTask(TaskID)
    case badData(DataRefusal)
    case refused(SerialQueue.Refusal)
    case idle
    case notReading
    case tooMuchHeld(bytes: Int)
    case clientEnded
    case failed(UVError)
    case serverStopped

    /// The words for the log.
    var description: String {
        switch self {
        case .broken(let message): "broken message: \(message)"
        case .unknownTask(let id): "unknown task \(id)"
        case .forgottenTask(let id): "task \(id) is no longer kept"
        case .badData(let refusal): RequestError.badData(refusal).message
        case .refused, .notReading: refusal?.rawValue ?? ""
        case .idle: "idle for longer than --timeout"
        case .tooMuchHeld(let bytes):
            "it held \(bytes) bytes, the worst when all connections together held too much"
        case .clientEnded: "ended by the client"
        case .failed(let error): "failed: \(error)"
        case .serverStopped: "the server stops"
        }
    }

    /// What a line that sums up refusals counts it as; nil where nothing was refused.
    var refusal: Refusal? {
        switch self {
        case .broken(.unfinished): nil
        case .broken(.tooLong): .tooLong
        case .broken: .brokenMessage
        case .unknownTask: .unknownTask
        case .forgottenTask: .forgottenTask
        case .badData: .badData
        case .refused(.queueFull): .queueFull
        case .refused(.memoryFull): .memoryFull
        case .refused: .draining
        case .notReading: .notReading
        case .tooMuchHeld: .tooMuchHeld
        case .idle, .clientEnded, .failed, .serverStopped: nil
        }
    }

    /// The code of the refused request that it stands for, where one was refused.
    var code: RequestError.Code? {
        switch self {
        // A client that left, in the midst of a message.
        case .broken(.unfinished): nil
        case .broken(let message): RequestError(message).code
        case .unknownTask: .unknownTask
        case .forgottenTask: .expired
        case .badData: .badData
        case .refused(.queueFull): .queueFull
        case .refused(.memoryFull): .memoryFull
        case .refused: .draining
        case .idle, .notReading, .tooMuchHeld, .clientEnded, .failed, .serverStopped: nil
        }
    }

    /// The option that sets the limit by which a session ended, where it was not a request that was refused.
    var limit: String? {
        switch self {
        case .idle: LimitName.idleTime
        case .notReading: LimitName.writeTime
        case .tooMuchHeld: LimitName.memory
        default: nil
        }
    }

    /// Those of them that `stats` counts.
    static let limits = [LimitName.idleTime, LimitName.writeTime, LimitName.memory]

    /// The sorts of refusal that the log tells.
    enum Refusal: String, CaseIterable {
        case brokenMessage = "broken message"
        case tooLong = "message over --max-message"
        case unknownTask = "unknown task id"
        case forgottenTask = "task no longer kept"
        case badData = "data that the task type does not take"
        case queueFull = "queue full (--max-queued)"
        case memoryFull = "memory full (--max-memory)"
        case draining = "task submitted after the stop"
        case tooManyConnections = "over --max-connections"
        case notReading = "replies not taken within --write-timeout"
        case tooMuchHeld = "connection memory over --max-memory"
    }
}
