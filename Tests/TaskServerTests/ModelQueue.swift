import TaskCore
import TaskProtocol
import TaskQueue

/// A task, as the model of the server knows it; it is never taken out.
struct ModelTask {
    /// nil where no task type has the name.
    let type: ModelType?
    let data: String
    let key: String?
    /// On which connection a classic `status` is held; 0 for none.
    let submitter: Int
    var state = TaskState.waiting
    var hasStarted = false
    /// A cancel came while it ran.
    var isInterrupted = false
    var result: String?
    var failure: TaskFailure.Code?

    var bytes: Int {
        let text = state.isFinal ? failure == .failed ? "Broken()" : result ?? "" : type == nil ? "" : data
        return text.utf8.count + (key ?? "").utf8.count
    }
}

/// The queue as one would write it without a thought for speed. Ids count from 1.
struct ModelQueue {
    enum Refusal: Error {
        case code(RequestError.Code)
        /// `--max-memory`; the data could be held if nothing else were.
        case full(RequestError.Code, canEverFit: Bool)
    }

    let limits: QueueLimits
    private(set) var tasks: [ModelTask] = []
    /// Those that have ended and are kept, in the order of their ends.
    private(set) var finished: [Int] = []
    private(set) var forgotten: Set<Int> = []
    private(set) var isDraining = false

    init(_ limits: QueueLimits) { self.limits = limits }

    subscript(id: Int) -> ModelTask { tasks[id - 1] }

    var running: Int? { tasks.firstIndex { $0.state == .execute }.map { $0 + 1 } }
    var waiting: [Int] { ids.filter { self[$0].state == .waiting } }
    var ids: Range<Int> { 1..<(tasks.count + 1) }
    var kept: [Int] { ids.filter { !forgotten.contains($0) } }
    var heldBytes: Int { kept.reduce(0) { $0 + self[$1].bytes } }

    func isKnown(_ id: Int) -> Bool { ids.contains(id) && !forgotten.contains(id) }

    /// 0 for the one that runs; nil for those that have ended.
    func position(of id: Int) -> Int? {
        switch self[id].state {
        case .execute: 0
        case .waiting: 1 + waiting.count { $0 < id }
        case .success, .error: nil
        }
    }

    // MARK: The way of a task

    mutating func submit(
        _ type: ModelType, _ data: String, key: String?, submitter: Int
    ) throws(Refusal) -> (id: Int, isExisting: Bool) {
        if let key, let known = kept.first(where: { self[$0].key == key }) {
            guard self[known].type == type, self[known].data == data else { throw .code(.keyConflict) }
            return (known, true)
        }
        if isDraining { throw .code(.draining) }
        let task = ModelTask(type: type, data: data, key: key, submitter: submitter)
        let canEverFit = task.bytes <= limits.heldBytes
        if waiting.count >= limits.waiting { throw .full(.queueFull, canEverFit: canEverFit) }
        let needed = kept.filter { !self[$0].state.isFinal }.reduce(task.bytes) { $0 + self[$1].bytes }
        if needed > limits.heldBytes { throw .full(.memoryFull, canEverFit: canEverFit) }
        while heldBytes + task.bytes > limits.heldBytes { forgetOldest() }
        tasks.append(task)
        return (tasks.count, false)
    }

    /// A task that has no type.
    mutating func submitFailed(submitter: Int) throws(Refusal) -> Int {
        if isDraining { throw .code(.draining) }
        tasks.append(ModelTask(type: nil, data: "", key: nil, submitter: submitter))
        end(tasks.count, .failure(.unknownTaskName))
        return tasks.count
    }

    /// Starts the next one where none runs.
    ///
    /// - Returns: which.
    mutating func start() -> Int? {
        guard running == nil, let next = waiting.first else { return nil }
        tasks[next - 1].state = .execute
        tasks[next - 1].hasStarted = true
        return next
    }

    mutating func interrupt(_ id: Int) { tasks[id - 1].isInterrupted = true }

    enum Outcome {
        case success(String)
        case failure(TaskFailure.Code)
    }

    mutating func end(_ id: Int, _ outcome: Outcome) {
        switch outcome {
        case .success(let result):
            tasks[id - 1].state = .success
            tasks[id - 1].result = result
        case .failure(let code):
            tasks[id - 1].state = .error
            tasks[id - 1].failure = code
        }
        finished.append(id)
        while !isDraining, finished.count > limits.finished || heldBytes > limits.heldBytes, finished.count > 1 {
            forgetOldest()
        }
    }

    /// - Returns: those that waited.
    mutating func drain() -> [Int] {
        isDraining = true
        let dropped = waiting
        for id in dropped { end(id, .failure(.shutDown)) }
        return dropped
    }

    private mutating func forgetOldest() { forgotten.insert(finished.removeFirst()) }

    // MARK: Lists

    func list(_ query: ListQuery) -> (ids: [Int], next: Int?) {
        let older = kept.reversed().filter { $0 < query.before?.rawValue ?? .max }
        let found = older.filter { query.state == nil || self[$0].state == query.state }
        let page = Array(found.prefix(query.limit))
        guard page.count == query.limit, let last = page.last, last != older.last else { return (page, nil) }
        return (page, last)
    }
}
