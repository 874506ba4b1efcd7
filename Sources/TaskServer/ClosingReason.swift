import Libuv
import TaskQueue
import Wire

/// Why a session ended.
enum ClosingReason: CustomStringConvertible {
    case broken(BrokenMessage)
    case unknownTask(TaskID)
    case refused(SerialQueue.Refusal)
    case idle
    case clientEnded
    case failed(UVError)
    case serverStopped

    /// The words for the log.
    var description: String {
        switch self {
        case .broken(let message): "broken message: \(message)"
        case .unknownTask(let id): "unknown task \(id)"
        case .refused: "a task submitted after the stop"
        case .idle: "idle for longer than --timeout"
        case .clientEnded: "ended by the client"
        case .failed(let error): "failed: \(error)"
        case .serverStopped: "the server stops"
        }
    }

    /// What a line that sums up refusals counts it as; nil where nothing was refused.
    var refusal: Refusal? {
        switch self {
        case .broken(.tooLong): .tooLong
        case .broken: .brokenMessage
        case .unknownTask: .unknownTask
        case .refused: .draining
        case .idle, .clientEnded, .failed, .serverStopped: nil
        }
    }

    /// The sorts of refusal that are counted.
    enum Refusal: String, CaseIterable {
        case brokenMessage = "broken message"
        case tooLong = "message over --max-message"
        case unknownTask = "unknown task id"
        case draining = "task submitted after the stop"
    }
}
