import QueueModel
import TaskCore
import TaskQueue

/// A request with a `seq` that waits for a task.
struct ModelWait {
    enum Question {
        case status
        case result
        /// No task of the model writes to its log.
        case log
    }

    let sequence: Int
    let task: TaskID
    let question: Question
    var timedOut = false
    /// The timeout passes within the step.
    var isShort = false
}

/// One connection of the model.
struct ModelConnection {
    var usesSequenceNumbers = false
    var inputEnded = false
    /// The client has closed its socket: the next reply causes a reset.
    var hasVanished = false
    /// The reset may have arrived.
    var wasReset = false
    /// What was received and is not handled yet.
    var input: [ModelEvent] = []
    /// The legacy `status` that waits for its task, with the number of its waiter; and the state of the ended task.
    var legacyStatus: (number: Int, task: TaskID)?
    var endedState: TaskState?
    var waiting: [(number: Int, wait: ModelWait)] = []
    var ended: [ModelWait] = []
    /// Drains: it closes for this reason when the waiting requests are answered. The code is nil if the client closed it.
    var closeReason: Refusal.Code??
    var taskWithOwedResult: TaskID?
    /// Lines that are not flushed yet.
    var unsent: [String] = []
    /// Lines that the client receives in this step.
    var replies: [String] = []
    var isClosed = false
    /// The server has no such connection any more.
    var isGone = false

    var hasWaits: Bool { !waiting.isEmpty || !ended.isEmpty }
    var hasPendingWork: Bool { taskWithOwedResult != nil || hasWaits || !input.isEmpty }
}

/// The rules of the server, written without sockets, time or regard to speed: the model test compares the server with it. A
/// task ends when the test says so. Work that the server defers to later loop iterations is done at the end of the step.
struct ModelServer {
    struct Waiter {
        let number: Int
        let connection: Int
        let task: TaskID
        let isAboutLog: Bool
    }

    /// Times are not compared: the clock stands still.
    let now: Timestamp = 0
    private(set) var queue: ReferenceQueue
    private let maximumUnanswered: Int
    var connections: [Int: ModelConnection] = [:]
    private(set) var accepted = 0
    private(set) var refused: [Refusal.Code: Int] = [:]
    private(set) var closedForErrors = 0
    /// In the order in which the waits began.
    private(set) var waiters: [Waiter] = []
    private var lastNumber = 0
    /// The waiters that are notified in the next loop iteration.
    private var notifications: [Waiter] = []
    /// The running task was interrupted during its delay, and its end is on the way.
    private var endsSoon = false
    /// The number of functions that were called.
    private(set) var functionStarts = 0
    /// The task that was started in this step. Its function may have been reached, or not yet.
    private var startedNow: TaskID?
    /// The connections that may be reset in this step.
    private var resetNow: Set<Int> = []
    /// What the server does next depends on the speed of a thread.
    private(set) var isAmbiguous = false
    private(set) var isStopping = false
    private(set) var isLeaving = false

    init(_ limits: Limits, maximumUnanswered: Int) {
        queue = ReferenceQueue(types: ModelType.allCases.map { _ in .fixed(0) }, limits: limits)
        self.maximumUnanswered = maximumUnanswered
    }

    var connectionCount: Int { connections.values.count { !$0.isGone } }

    func isOpen(_ id: Int) -> Bool { connections[id]?.isClosed == false }

    /// Whether the connection reads no requests.
    func isPaused(_ id: Int) -> Bool {
        guard let connection = connections[id] else { return true }
        return connection.legacyStatus != nil || connection.closeReason != nil
            || connection.waiting.count + connection.ended.count >= maximumUnanswered
    }

    func type(of task: TaskID) -> ModelType? { queue[task].type.map { ModelType($0) } }

    // MARK: Steps of the test

    mutating func beginStep() {
        startedNow = nil
        resetNow = []
    }

    mutating func connect() {
        accepted += 1
        connections[accepted] = ModelConnection()
    }

    mutating func rejectConnection() { refused[.tooManyConnections, default: 0] += 1 }

    mutating func receive(_ events: [ModelEvent], from id: Int) {
        guard isOpen(id), connections[id]!.closeReason == nil else { return }
        connections[id]!.input += events
        update(id)
        runDeferredWork()
    }

    /// The client has closed its sending side.
    mutating func endInput(of id: Int) {
        connections[id]!.inputEnded = true
        update(id)
        runDeferredWork()
    }

    /// The client has closed its socket with nothing unread.
    mutating func vanish(_ id: Int) {
        let inputHadEnded = connections[id]!.inputEnded
        connections[id]!.hasVanished = true
        if !inputHadEnded { endInput(of: id) }
    }

    /// The client has reset the connection. If it had closed its sending side before, the server does not read and does not
    /// notice.
    mutating func reset(_ id: Int) {
        if connections[id]!.inputEnded {
            connections[id]!.hasVanished = true
            connections[id]!.wasReset = true
        } else {
            fail(id)
        }
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

    /// The short timeouts pass.
    mutating func passTime() {
        for id in connections.keys.sorted() where isOpen(id) {
            let over = connections[id]!.waiting.filter(\.wait.isShort)
            guard !over.isEmpty else { continue }
            connections[id]!.waiting.removeAll(where: \.wait.isShort)
            for (number, wait) in over {
                waiters.removeAll { $0.number == number }
                var wait = wait
                wait.timedOut = true
                connections[id]!.ended.append(wait)
            }
            update(id)
        }
        runDeferredWork()
    }

    mutating func stop() {
        isStopping = true
        let effects = queue.drain(at: now)
        notify(effects.ended.flatMap { release($0) })
        if queue.running == nil { leave() }
        runDeferredWork()
    }

    // MARK: Requests

    private mutating func handle(_ event: ModelEvent, _ id: Int) {
        switch event {
        case .malformed(let code):
            if connections[id]!.usesSequenceNumbers { refuse(code, nil, id) } else { end(id, code) }
        case .legacy(let request): handleLegacy(request, id)
        case .request(let sequence, let request):
            connections[id]!.usesSequenceNumbers = true
            handle(request, sequence, id)
        case .refused(let sequence, let code):
            connections[id]!.usesSequenceNumbers = true
            refuse(code, sequence, id)
        }
    }

    private mutating func handleLegacy(_ request: ModelRequest, _ id: Int) {
        switch request {
        case .run(let type, let data, _):
            do throws(Refusal) {
                let connection = ConnectionID(rawValue: UInt64(id))
                let task: TaskID
                if let type {
                    let submission = Submission(type: type.index, data: TaskData(data), connection: connection)
                    task = try queue.submit(submission, at: now).id
                    startNext()
                } else {
                    let failure = TaskFailure(.unknownTaskName, "")
                    task = try queue.reject(failure, from: connection, at: now).id
                }
                reply(#"{"task_id":\#(task)}"#, to: id)
            } catch {
                end(id, error.code)
            }
        case .status(let task, _):
            if let code = refusal(of: task) { return end(id, code) }
            let known = queue[task]
            guard known.connection.rawValue == UInt64(id), !known.state.isFinal else {
                return reply(#"{"status":"\#(known.state.rawValue)"}"#, to: id)
            }
            connections[id]!.legacyStatus = (addWaiter(id, task), task)
        case .result(let task, _):
            if let code = refusal(of: task) { return end(id, code) }
            reply(legacyResult(queue[task]), to: id)
            didAnswerResult(of: task, id)
        case .cancel, .log, .list, .stats, .info: preconditionFailure("these requests have a seq")
        }
    }

    private mutating func handle(_ request: ModelRequest, _ sequence: Int, _ id: Int) {
        switch request {
        case .run(let type, let data, let key): submit(type, data, key, sequence, id)
        case .status(let task, let wait): ask(task, .status, wait, sequence, id)
        case .result(let task, let wait): ask(task, .result, wait, sequence, id)
        case .log(let task, _, let wait): ask(task, .log, wait, sequence, id)
        case .cancel(let task): cancel(task, sequence, id)
        case .list(let query): reply(#"{"seq":\#(sequence),\#(list(query))}"#, to: id)
        case .stats: reply(#"{"seq":\#(sequence),\#(statistics)}"#, to: id)
        case .info: reply(#"{"seq":\#(sequence),…}"#, to: id)
        }
    }

    private mutating func submit(_ type: ModelType?, _ data: String, _ key: String?, _ sequence: Int, _ id: Int) {
        guard let type else { return refuse(.unknownTaskName, sequence, id) }
        do throws(Refusal) {
            let submission = Submission(type: type.index, data: TaskData(data), key: key)
            let (task, effects) = try queue.submit(submission, at: now)
            startNext()
            reply(#"{"seq":\#(sequence),\#(submitted(task, isExisting: effects == nil))}"#, to: id)
        } catch {
            let canEverFit = data.utf8.count + (key ?? "").utf8.count <= queue.limits.memory
            refuse(error.code, sequence, id, canEverFit: canEverFit)
        }
    }

    private mutating func ask(
        _ task: TaskID, _ question: ModelWait.Question, _ wait: ModelRequest.Wait?, _ sequence: Int, _ id: Int
    ) {
        if let code = refusal(of: task) { return refuse(code, sequence, id) }
        var request = ModelWait(sequence: sequence, task: task, question: question)
        if let wait, wait != .zero, !queue[task].state.isFinal {
            request.isShort = wait == .short
            connections[id]!.waiting.append((addWaiter(id, task, isAboutLog: question == .log), request))
        } else {
            request.timedOut = wait == .zero
            reply(answer(request), to: id)
            if question == .result { didAnswerResult(of: task, id) }
        }
    }

    private mutating func cancel(_ task: TaskID, _ sequence: Int, _ id: Int) {
        if let code = refusal(of: task) { return refuse(code, sequence, id) }
        let effects = queue.cancel(task, at: now)
        if effects?.interrupt == true {
            if type(of: task) == .long {
                endsSoon = true
            } else if startedNow == task {
                isAmbiguous = true
            }
        }
        notifications += effects?.ended.flatMap { release($0) } ?? []
        ask(task, .status, .endless, sequence, id)
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
        guard queue.running != nil else { return }
        let released = queue.finish(outcome, at: now).ended.flatMap { release($0) }
        startNext()
        notify(released)
        if isStopping { leave() }
    }

    // MARK: Waiters

    private mutating func addWaiter(_ id: Int, _ task: TaskID, isAboutLog: Bool = false) -> Int {
        lastNumber += 1
        waiters.append(Waiter(number: lastNumber, connection: id, task: task, isAboutLog: isAboutLog))
        return lastNumber
    }

    /// The waiters of a log come first.
    private mutating func release(_ task: TaskID) -> [Waiter] {
        let released = waiters.filter { $0.task == task }
        waiters.removeAll { $0.task == task }
        return released.filter(\.isAboutLog) + released.filter { !$0.isAboutLog }
    }

    /// All replies are written before any connection reads further requests.
    private mutating func notify(_ released: [Waiter]) {
        var notified: [Int] = []
        for waiter in released where isOpen(waiter.connection) {
            var connection = connections[waiter.connection]!
            if connection.legacyStatus?.number == waiter.number {
                connection.endedState = queue[waiter.task].state
            } else if let index = connection.waiting.firstIndex(where: { $0.number == waiter.number }) {
                connection.ended.append(connection.waiting.remove(at: index).wait)
            }
            connections[waiter.connection] = connection
            if !notified.contains(waiter.connection) { notified.append(waiter.connection) }
        }
        for id in notified {
            answerEndedRequests(id)
            flush(id)
        }
        // If there are several, each reads its input in a turn of its own.
        for id in notified { update(id, reads: notified.count == 1) }
        if notified.count > 1 { for id in notified { update(id) } }
    }

    private mutating func answerEndedRequests(_ id: Int) {
        guard let connection = connections[id] else { return }
        if let (_, task) = connection.legacyStatus, let state = connection.endedState {
            connections[id]!.legacyStatus = nil
            connections[id]!.endedState = nil
            reply(#"{"status":"\#(state.rawValue)"}"#, to: id)
            if isStopping { connections[id]!.taskWithOwedResult = task }
        }
        connections[id]!.ended = []
        for wait in connection.ended {
            // Also if the task was evicted since it ended.
            reply(answer(wait), to: id)
            switch wait.question {
            case .result: didAnswerResult(of: wait.task, id)
            case .status: if isStopping { connections[id]!.taskWithOwedResult = wait.task }
            case .log:
                if isStopping, queue[wait.task].state.isFinal { connections[id]!.taskWithOwedResult = wait.task }
            }
        }
    }

    private mutating func didAnswerResult(of task: TaskID, _ id: Int) {
        if connections[id]!.taskWithOwedResult == task { connections[id]!.taskWithOwedResult = nil }
    }

    /// Does what the server does in later loop iterations.
    private mutating func runDeferredWork() {
        var iteration = 0
        while !notifications.isEmpty || endsSoon {
            // The first iteration comes before the end of the interrupted task; a later one may come before or after it.
            if !notifications.isEmpty {
                if iteration > 0, endsSoon { isAmbiguous = true }
                let released = notifications
                notifications = []
                iteration += 1
                notify(released)
            } else {
                endsSoon = false
                iteration = 0
                endRunning(.failure(.cancelledWhileRunning))
            }
        }
    }

    // MARK: Output

    private mutating func reply(_ line: String, to id: Int) { connections[id]!.unsent.append(line) }

    private mutating func refuse(_ code: Refusal.Code, _ sequence: Int?, _ id: Int, canEverFit: Bool = false) {
        refused[code, default: 0] += 1
        reply(Self.error(code, sequence, members(of: code, canEverFit: canEverFit)), to: id)
    }

    private mutating func flush(_ id: Int) {
        guard let connection = connections[id], !connection.unsent.isEmpty else { return }
        connections[id]!.unsent = []
        guard !connection.isClosed else { return }
        if !connection.hasVanished {
            connections[id]!.replies += connection.unsent
        } else if connection.wasReset {
            fail(id)
        } else {
            connections[id]!.wasReset = true
            resetNow.insert(id)
        }
    }

    // MARK: State of a connection

    /// Does what can be done after an event.
    private mutating func update(_ id: Int, reads: Bool = true) {
        guard isOpen(id) else { return }
        answerEndedRequests(id)
        while reads, isOpen(id), !isPaused(id), !connections[id]!.input.isEmpty {
            handle(connections[id]!.input.removeFirst(), id)
        }
        flush(id)
        if isOpen(id), let reason = connections[id]!.closeReason, !connections[id]!.hasWaits { end(id, reason) }
        guard isOpen(id), let connection = connections[id] else { return }
        let isFinished = connection.legacyStatus == nil && !connection.hasWaits && connection.input.isEmpty
        if (isLeaving && !connection.hasPendingWork) || (connection.inputEnded && isFinished) { end(id, nil) }
    }

    /// - Parameter reason: nil if nothing was refused.
    private mutating func end(_ id: Int, _ reason: Refusal.Code?) {
        guard isOpen(id) else { return }
        if connections[id]!.hasWaits, !isLeaving {
            connections[id]!.closeReason = .some(connections[id]!.closeReason ?? reason)
            connections[id]!.input = []
            return
        }
        flush(id)
        guard isOpen(id) else { return }
        if let reason {
            refused[reason, default: 0] += 1
            closedForErrors += 1
        }
        close(id)
        connections[id]!.isGone = connections[id]!.inputEnded
    }

    /// The connection has failed.
    private mutating func fail(_ id: Int) {
        guard isOpen(id) else { return }
        if resetNow.contains(id) { isAmbiguous = true }
        close(id)
        connections[id]!.isGone = true
    }

    private mutating func close(_ id: Int) {
        connections[id]!.isClosed = true
        waiters.removeAll { $0.connection == id }
    }

    private mutating func leave() {
        isLeaving = true
        for id in connections.keys.sorted() where isOpen(id) && !connections[id]!.hasPendingWork { end(id, nil) }
    }
}
