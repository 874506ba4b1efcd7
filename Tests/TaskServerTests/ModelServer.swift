import QueueModel
import TaskCore
import TaskQueue

/// What a server adds to its queue: connections, waits, and the order of replies. The queue itself is `ReferenceQueue`.
///
/// Written without sockets, time or regard to speed. A task ends when the test says so. What the server defers to later loop
/// iterations is done at the end of the step.
struct ModelServer {
    struct Connection {
        var usesSequenceNumbers = false
        var inputEnded = false
        /// The messages that were received and are not handled yet.
        var input: [ModelMessage] = []
        /// The waits whose tasks have ended.
        var ended: [Wait] = []
        /// It drains: it closes for this reason when all waits are answered.
        var closeReason: Refusal.Code?
        /// The lines that are not flushed yet.
        var unsent: [String] = []
        /// The lines that the client receives in this step.
        var replies: [String] = []
        var isClosed = false
    }

    /// A request that waits for the end of a task.
    struct Wait {
        let connection: Int
        /// nil for a legacy `status`.
        let sequence: Int?
        let task: TaskID
        let question: ModelRequest.Question
    }

    /// Times are not compared: the clock stands still.
    let now: Timestamp = 0
    private(set) var queue: ReferenceQueue
    private let maximumUnanswered: Int
    private(set) var connections: [Int: Connection] = [:]
    private(set) var accepted = 0
    private(set) var refused: [Refusal.Code: Int] = [:]
    private(set) var closedForErrors = 0
    /// In the order in which they began.
    private(set) var waits: [Wait] = []
    /// The number of tasks that have started and whose function the test holds.
    private(set) var functionStarts = 0
    /// The outcome of the step depends on the speed of a thread, or the server has stopped.
    private(set) var isUnpredictable = false

    /// The most waits that end at a time.
    private static let slice = 16
    /// The waits that end in the next loop iterations.
    private var notifications: [Wait] = []
    /// The connections that neither read nor answer waits until their turn.
    private var turns: [Int] = []
    /// The running task was interrupted during its delay, and its end is on the way.
    private var endsSoon = false
    /// The task that started in this step. Its function may have been called, or not yet.
    private var startedNow: TaskID?

    init(_ limits: Limits, maximumUnanswered: Int) {
        queue = ReferenceQueue(types: ModelType.allCases.map { _ in .fixed(0) }, limits: limits)
        self.maximumUnanswered = maximumUnanswered
    }

    /// The user of a connection. Some are unknown.
    func user(_ id: Int) -> UserID? { id.isMultiple(of: 3) ? nil : UserID(rawValue: UInt32(1000 + id % 2)) }

    func type(of task: TaskID) -> ModelType? { queue[task].type.map { ModelType($0) } }

    // MARK: Steps

    mutating func beginStep() { startedNow = nil }

    mutating func connect() {
        accepted += 1
        connections[accepted] = Connection()
    }

    mutating func receive(_ messages: [ModelMessage], from id: Int) {
        guard isOpen(id), connections[id]!.closeReason == nil else { return }
        connections[id]!.input += messages
        update(id)
        runDeferredWork()
    }

    /// The client has closed its sending side.
    mutating func endInput(of id: Int) {
        connections[id]!.inputEnded = true
        update(id)
    }

    /// The client has reset the connection, or has closed a connection that has ended.
    mutating func remove(_ id: Int) {
        waits.removeAll { $0.connection == id }
        connections[id] = nil
    }

    /// The client has received its replies.
    mutating func takeReplies(of id: Int) -> [String] {
        defer { connections[id]?.replies = [] }
        return connections[id]?.replies ?? []
    }

    /// The function of the running task returns.
    mutating func returnFromFunction() {
        guard let id = queue.running, let type = type(of: id) else { return }
        let data = queue[id].data.string
        switch type {
        case .gate: endRunning(.success(data))
        case .twice: endRunning(.success(data + data))
        case .broken: endRunning(.failure(TaskFailure(.failed, "Broken()")))
        case .long: preconditionFailure("its function waits for an hour")
        }
        runDeferredWork()
    }

    /// A signal stops the server while a task runs.
    mutating func drain() {
        notifyNow(queue.drain(at: now).ended.flatMap { release($0) })
        runDeferredWork()
    }

    // MARK: Requests

    private mutating func handle(_ message: ModelMessage, _ id: Int) {
        if message.sequence != nil { connections[id]!.usesSequenceNumbers = true }
        switch message.content {
        case .request(let request): handle(request, message.sequence, id)
        case .malformed(let code):
            if connections[id]!.usesSequenceNumbers { refuse(code, message.sequence, id) } else { end(id, code) }
        }
    }

    /// - Parameter sequence: nil for a legacy request. A refusal then closes the connection.
    private mutating func handle(_ request: ModelRequest, _ sequence: Int?, _ id: Int) {
        switch request {
        case .run(let type, let data, let key):
            do throws(Refusal) {
                try submit(type, data, key, sequence, id)
            } catch {
                let canEverFit = data.utf8.count + (key ?? "").utf8.count <= queue.limits.memory
                fail(error.code, sequence, id, canEverFit: canEverFit)
            }
        case .ask(let question, let task, let wait): ask(question, task, wait, sequence, id)
        case .cancel(let task):
            if let code = refusal(of: task) { return fail(code, sequence, id) }
            let effects = queue.cancel(task, at: now)
            if effects?.interrupt == true {
                if type(of: task) == .long { endsSoon = true } else if startedNow == task { isUnpredictable = true }
            }
            notifications += effects?.ended.flatMap { release($0) } ?? []
            ask(.status, task, .endless, sequence, id)
        case .list(let query): reply(list(query, sequence), to: id)
        case .stats: reply(statistics(sequence), to: id)
        case .info: reply(information(sequence), to: id)
        }
    }

    private mutating func submit(
        _ type: ModelType?, _ data: String, _ key: String?, _ sequence: Int?, _ id: Int
    ) throws(Refusal) {
        let connection = sequence == nil ? ConnectionID(rawValue: UInt64(id)) : .none
        if let type {
            let submission = Submission(
                type: type.index, data: TaskData(data), key: key, connection: connection, submitter: user(id))
            let (task, effects) = try queue.submit(submission, at: now)
            startNext()
            reply(submitted(task, isExisting: effects == nil, sequence), to: id)
        } else if sequence == nil {
            let failure = TaskFailure(.unknownTaskName, "")
            let task = try queue.reject(failure, submitter: user(id), at: now).id
            reply(submitted(task, isExisting: false, sequence), to: id)
        } else {
            refuse(.unknownTaskName, sequence, id)
        }
    }

    /// A legacy `status` waits if the connection has submitted the task.
    private mutating func ask(
        _ question: ModelRequest.Question, _ task: TaskID, _ wait: ModelRequest.Wait?, _ sequence: Int?, _ id: Int
    ) {
        if let code = refusal(of: task) { return fail(code, sequence, id) }
        let request = Wait(connection: id, sequence: sequence, task: task, question: question)
        let isOwn = queue[task].connection.rawValue == UInt64(id)
        let mustWait = sequence == nil ? question == .status && isOwn : wait != nil && wait != .zero
        if mustWait, !queue[task].state.isFinal {
            waits.append(request)
        } else {
            reply(answer(request, timedOut: wait == .zero), to: id)
        }
    }

    /// nil if the task is known.
    private func refusal(of task: TaskID) -> Refusal.Code? {
        if queue.isKnown(task) { return nil }
        return queue.evicted.contains(task) ? .expired : .unknownTask
    }

    // MARK: Tasks

    private mutating func startNext() {
        guard let start = queue.start(at: now)?.started else { return }
        startedNow = start.id
        if ModelType(start.type) != .long { functionStarts += 1 }
    }

    private mutating func endRunning(_ outcome: Result<String, TaskFailure>) {
        // The server leaves then, and its clients have a second.
        if queue.isDraining { isUnpredictable = true }
        let released = queue.finish(outcome, at: now).ended.flatMap { release($0) }
        startNext()
        notifyNow(released)
    }

    // MARK: Waits

    /// The waits for the log come first.
    private mutating func release(_ task: TaskID) -> [Wait] {
        let released = waits.filter { $0.task == task }
        waits.removeAll { $0.task == task }
        return released.filter { $0.question == .log } + released.filter { $0.question != .log }
    }

    private mutating func notifyNow(_ released: [Wait]) {
        if released.count <= Self.slice { notify(released[...]) } else { notifications += released }
    }

    /// All replies are written before any connection reads further requests.
    private mutating func notify(_ released: ArraySlice<Wait>) {
        var notified: [Int] = []
        for wait in released where isOpen(wait.connection) {
            connections[wait.connection]!.ended.append(wait)
            if !notified.contains(wait.connection) { notified.append(wait.connection) }
        }
        for id in notified {
            answerEndedWaits(id)
            flush(id)
        }
        for id in notified {
            // If there are several, each reads its input in a turn of its own.
            if notified.count > 1, !connections[id]!.input.isEmpty, !turns.contains(id) { turns.append(id) }
            update(id)
        }
    }

    /// A legacy `status` is answered first. A task may have been evicted since it ended.
    private mutating func answerEndedWaits(_ id: Int) {
        guard !turns.contains(id) else { return }
        let ended = connections[id]!.ended
        connections[id]!.ended = []
        for wait in ended.filter({ $0.sequence == nil }) + ended.filter({ $0.sequence != nil }) {
            reply(answer(wait), to: id)
        }
    }

    /// Does what the server does in later loop iterations.
    private mutating func runDeferredWork() {
        var iteration = 0
        while !notifications.isEmpty || !turns.isEmpty || endsSoon {
            // The first iteration comes before the end of the interrupted task; a later one may come before or after it.
            if !notifications.isEmpty {
                if iteration > 0, endsSoon { isUnpredictable = true }
                let released = notifications.prefix(Self.slice)
                notifications.removeFirst(released.count)
                iteration += 1
                notify(released)
            }
            if !turns.isEmpty {
                update(turns.removeFirst())
            } else if notifications.isEmpty, endsSoon {
                endsSoon = false
                iteration = 0
                endRunning(.failure(.cancelledWhileRunning))
            }
        }
    }

    // MARK: Connections

    func isOpen(_ id: Int) -> Bool { connections[id]?.isClosed == false }

    private func unanswered(_ id: Int) -> [Wait] {
        (waits + notifications).filter { $0.connection == id } + connections[id]!.ended
    }

    /// Whether the connection reads no requests.
    private func isPaused(_ id: Int) -> Bool {
        let unanswered = unanswered(id)
        return connections[id]!.closeReason != nil || turns.contains(id) || unanswered.count >= maximumUnanswered
            || unanswered.contains { $0.sequence == nil }
    }

    private mutating func reply(_ line: String, to id: Int) { connections[id]!.unsent.append(line) }

    private mutating func refuse(_ code: Refusal.Code, _ sequence: Int?, _ id: Int, canEverFit: Bool = false) {
        refused[code, default: 0] += 1
        reply(error(code, sequence, canEverFit: canEverFit), to: id)
    }

    private mutating func fail(_ code: Refusal.Code, _ sequence: Int?, _ id: Int, canEverFit: Bool = false) {
        if sequence == nil { end(id, code) } else { refuse(code, sequence, id, canEverFit: canEverFit) }
    }

    private mutating func flush(_ id: Int) {
        connections[id]!.replies += connections[id]!.unsent
        connections[id]!.unsent = []
    }

    /// Does what can be done after an event.
    private mutating func update(_ id: Int) {
        guard isOpen(id) else { return }
        answerEndedWaits(id)
        while isOpen(id), !isPaused(id), !connections[id]!.input.isEmpty {
            handle(connections[id]!.input.removeFirst(), id)
        }
        flush(id)
        guard isOpen(id), unanswered(id).isEmpty, let connection = connections[id] else { return }
        if let reason = connection.closeReason {
            end(id, reason)
        } else if connection.inputEnded, connection.input.isEmpty {
            end(id, nil)
        }
    }

    /// - Parameter reason: nil if nothing was refused.
    private mutating func end(_ id: Int, _ reason: Refusal.Code?) {
        if !unanswered(id).isEmpty {
            connections[id]!.closeReason = reason
            connections[id]!.input = []
            return
        }
        flush(id)
        if let reason {
            refused[reason, default: 0] += 1
            closedForErrors += 1
        }
        connections[id]!.isClosed = true
    }
}
