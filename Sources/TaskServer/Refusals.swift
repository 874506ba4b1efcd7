import TaskCore
import TaskProtocol
import TaskQueue

/// Why the server refuses a request with a `seq`, in words that say what to do.
extension RequestError {
    /// - Parameter retryAfter: when a waiting task will start, in milliseconds; nil where that is of no use.
    init(_ refusal: SerialQueue.Refusal, _ limits: QueueLimits, retryAfter: Int?) {
        switch refusal {
        case .draining: self.init(.draining, "the server is being stopped and takes no more tasks")
        case .queueFull:
            self.init(.queueFull, "\(limits.waiting) tasks wait, and no more may; try again when one has started")
            set(LimitName.queued, limits.waiting, retryAfter)
        case .memoryFull:
            self.init(
                .memoryFull,
                "the data does not fit into the memory for tasks beside that of the tasks that have not ended")
            set(LimitName.memory, limits.heldBytes, retryAfter)
        case .keyConflict(let task):
            self.init(
                .keyConflict,
                "task \(task) was submitted with this key and another name or other data; give each task its own key")
        }
    }

    static func badData(_ refusal: DataRefusal) -> RequestError {
        switch refusal {
        case .notBase64:
            RequestError(
                .badData,
                "this task type takes its data in base64, and the data is not that: it takes the digits of RFC 4648, section 4, padded with = and without white space"
            )
        case .zeroInArgument:
            RequestError(
                .badData, "this task type has its data in an argument of a command, which can have no character U+0000")
        case .tooLongForArgument(let most):
            RequestError(
                .badData,
                "this task type has its data in an argument of a command, where at most \(most) bytes have room")
        }
    }

    static func unknownTask(_ id: TaskID) -> RequestError {
        RequestError(.unknownTask, "there is no task \(id)")
    }

    static func expired(_ id: TaskID) -> RequestError {
        RequestError(.expired, "task \(id) has ended and is no longer kept")
    }

    static func tooManyConnections(limit: Int) -> RequestError {
        var error = RequestError(.tooManyConnections, "the server has \(limit) connections, and takes no more")
        error.set(LimitName.connections, limit)
        return error
    }

    private mutating func set(_ limit: String, _ value: Int, _ retryAfter: Int? = nil) {
        self.limit = limit
        self.value = value
        self.retryAfter = retryAfter
    }

    static func restarted(now instance: InstanceID) -> RequestError {
        RequestError(
            .restarted, "the server was restarted, and its tasks are gone; it is instance \(instance) now")
    }

    /// How many names a refusal tells at most, and how many its sentence does: a word of a client's must not cost more to
    /// answer than to ask.
    static let mostNames = (told: 100, shown: 20)

    /// - Parameters:
    ///   - name: what the client wrote, of any length.
    ///   - names: all there are.
    static func unknownTaskName(_ name: String, names: [String], nearest: String?) -> RequestError {
        let shown = name.utf8.count <= 64 ? "\"\(name)\"" : "of \(name.utf8.count) bytes"
        let suggestion = nearest.map { " (did you mean \($0)?)" } ?? ""
        let others = names.count - mostNames.shown
        var error = RequestError(
            .unknownTaskName,
            "no task type has the name \(shown)\(suggestion); there are "
                + names.prefix(mostNames.shown).joined(separator: ", ") + (others > 0 ? ", and \(others) more" : ""))
        error.names = Array(names.prefix(mostNames.told))
        error.nearest = nearest
        return error
    }
}
