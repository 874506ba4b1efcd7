import TaskCore
import TaskProtocol

/// A request with a `seq` that waits for a task's end.
struct ModelWait {
    enum Question {
        case status
        case result
        /// No task of the model writes any.
        case log
    }

    let sequence: Int
    let task: Int
    let question: Question
    var timedOut = false
    /// Its time-out comes within the step.
    var isShort = false
}

/// One connection, as the model of the server knows it.
struct ModelConnection {
    var usesNumbers = false
    var inputEnded = false
    /// What was sent last is the beginning of a message.
    var isInsideMessage = false
    /// The client has closed its socket: what is written is answered with a reset.
    var hasVanished = false
    var wasReset = false
    var backlog: [ModelEvent] = []
    /// The classic `status` that is held, under the number of its wait; and how its task has ended.
    var held: (number: Int, task: Int)?
    var heldOutcome: TaskState?
    var waiting: [(number: Int, wait: ModelWait)] = []
    var ended: [ModelWait] = []
    /// It ends for this reason once the waits are answered; without a code where the client ended it.
    var ending: RequestError.Code??
    var owesResult: Int?
    /// Lines that do not go out yet.
    var unsent: [String] = []
    /// Lines that the client is to get, since the step began.
    var replies: [String] = []
    var isClosed = false
    /// Closed, and out of the server's books.
    var isGone = false

    var hasWaits: Bool { !waiting.isEmpty || !ended.isEmpty }
    var hasPendingWork: Bool { owesResult != nil || hasWaits || !backlog.isEmpty }
}
