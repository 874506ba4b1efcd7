import TaskQueue
import Wire

/// Why the server refuses a request with a `seq`, in words that say what to do.
extension RequestError {
    init(_ refusal: SerialQueue.Refusal) {
        switch refusal {
        case .draining: self.init(.draining, "the server is being stopped and takes no more tasks")
        case .keyConflict(let task):
            self.init(
                .keyConflict,
                "task \(task) was submitted with this key and another name or other data; give each task its own key")
        }
    }

    static func unknownTask(_ id: TaskID) -> RequestError {
        RequestError(.unknownTask, "there is no task \(id)")
    }

    static func restarted(now instance: InstanceID) -> RequestError {
        RequestError(
            .restarted, "the server was restarted, and its tasks are gone; it is instance \(instance) now")
    }

    /// - Parameter name: what the client wrote, of any length.
    static func unknownTaskName(_ name: String, names: [String], nearest: String?) -> RequestError {
        let shown = name.utf8.count <= 64 ? "\"\(name)\"" : "of \(name.utf8.count) bytes"
        let suggestion = nearest.map { " (did you mean \($0)?)" } ?? ""
        var error = RequestError(
            .unknownTaskName,
            "no task type has the name \(shown)\(suggestion); there are \(names.joined(separator: ", "))")
        error.names = names
        error.nearest = nearest
        return error
    }
}
