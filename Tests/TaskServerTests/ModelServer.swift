import TaskCore
import TaskProtocol
import TaskQueue

/// The server as one would write it without sockets, time or a thought for speed: the oracle of the model test. A task ends when
/// it is told so; what the server does in rounds of its own is done before a step is over.
struct ModelServer {
    var queue: ModelQueue
    let maximumUnanswered: Int
    var connections: [Int: ModelConnection] = [:]
    var accepted = 0
    var refused: [RequestError.Code: Int] = [:]
    var closedForErrors = 0
    /// Who waits for which task, in the order in which they began to.
    var waiters: [(number: Int, connection: Int, task: Int)] = []
    private var lastNumber = 0
    /// The numbers of those who wait for a log.
    private var logReaders: Set<Int> = []
    /// Who is to be told in the next round that a task has ended.
    var pending: [(number: Int, connection: Int, task: Int)] = []
    /// A task is on its way to its end because its delay was interrupted.
    var endsSoon = false
    /// Functions that were called.
    var functionStarts = 0
    /// The task that was started in this step: whether its function was reached is for the threads to say.
    var startedNow: Int?
    /// What the server does next depends on which thread is faster.
    var isAmbiguous = false
    var isStopping = false
    var isLeaving = false

    init(_ limits: QueueLimits, maximumUnanswered: Int) {
        queue = ModelQueue(limits)
        self.maximumUnanswered = maximumUnanswered
    }

    var connectionCount: Int { connections.values.count { !$0.isGone } }

    func isOpen(_ id: Int) -> Bool { connections[id]?.isClosed == false }

    /// Whether what follows is not read yet.
    func isPaused(_ id: Int) -> Bool {
        guard let connection = connections[id] else { return true }
        return connection.held != nil || connection.ending != nil
            || connection.waiting.count + connection.ended.count >= maximumUnanswered
    }

    // MARK: Output

    mutating func reply(_ line: String, to id: Int) { connections[id]!.unsent.append(line) }

    mutating func refuse(_ code: RequestError.Code, _ sequence: Int?, _ id: Int, canEverFit: Bool = false) {
        refused[code, default: 0] += 1
        reply(Self.error(code, sequence, members(of: code, canEverFit: canEverFit)), to: id)
    }

    mutating func flush(_ id: Int) {
        guard let connection = connections[id], !connection.unsent.isEmpty else { return }
        connections[id]!.unsent = []
        guard !connection.isClosed else { return }
        if !connection.hasVanished {
            connections[id]!.replies += connection.unsent
        } else if connection.wasReset {
            fail(id)
        } else {
            connections[id]!.wasReset = true
            wasResetNow.insert(id)
        }
    }
    /// Those whose reset may still be on its way.
    var wasResetNow: Set<Int> = []

    // MARK: Rounds

    /// After anything happened to a connection.
    mutating func settle(_ id: Int, reads: Bool = true) {
        guard isOpen(id) else { return }
        answerWaits(id)
        while reads, isOpen(id), !isPaused(id), !connections[id]!.backlog.isEmpty {
            handle(connections[id]!.backlog.removeFirst(), id)
        }
        flush(id)
        if isOpen(id), let ending = connections[id]!.ending, !connections[id]!.hasWaits { end(id, ending) }
        guard isOpen(id), let connection = connections[id] else { return }
        if isLeaving, !connection.hasPendingWork {
            end(id, nil)
        } else if connection.inputEnded, connection.held == nil, !connection.hasWaits, connection.backlog.isEmpty {
            end(id, nil)
        }
    }

    /// Answers those whose tasks have ended.
    mutating func answerWaits(_ id: Int) {
        guard let connection = connections[id] else { return }
        if let held = connection.held, let outcome = connection.heldOutcome {
            connections[id]!.held = nil
            connections[id]!.heldOutcome = nil
            reply(#"{"status":"\#(outcome.rawValue)"}"#, to: id)
            if isStopping { connections[id]!.owesResult = held.task }
        }
        connections[id]!.ended = []
        for wait in connection.ended {
            // Even where it is forgotten before this round: what became of it came with the news.
            reply(answer(wait), to: id)
            switch wait.question {
            case .result: tookResult(wait.task, id)
            case .status: if isStopping { connections[id]!.owesResult = wait.task }
            case .log: if isStopping, queue[wait.task].state.isFinal { connections[id]!.owesResult = wait.task }
            }
        }
    }

    mutating func tookResult(_ task: Int, _ id: Int) {
        if connections[id]!.owesResult == task { connections[id]!.owesResult = nil }
    }

    /// Tells those who waited: all are answered before one is read on.
    mutating func notify(_ released: [(number: Int, connection: Int, task: Int)]) {
        var told: [Int] = []
        for waiter in released where isOpen(waiter.connection) {
            var connection = connections[waiter.connection]!
            if connection.held?.number == waiter.number {
                connection.heldOutcome = queue[waiter.task].state
            } else if let index = connection.waiting.firstIndex(where: { $0.number == waiter.number }) {
                connection.ended.append(connection.waiting.remove(at: index).wait)
            }
            connections[waiter.connection] = connection
            if !told.contains(waiter.connection) { told.append(waiter.connection) }
        }
        for id in told {
            answerWaits(id)
            flush(id)
        }
        // Where they are several, what they sent since is read in turns of their own.
        for id in told { settle(id, reads: told.count == 1) }
        if told.count > 1 { for id in told { settle(id) } }
    }

    /// Those who wait for the log are told first.
    mutating func release(_ task: Int) -> [(number: Int, connection: Int, task: Int)] {
        defer { waiters.removeAll { $0.task == task } }
        let released = waiters.filter { $0.task == task }
        return released.filter { logReaders.contains($0.number) } + released.filter { !logReaders.contains($0.number) }
    }

    mutating func newWaiter(_ id: Int, _ task: Int, readsLog: Bool = false) -> Int {
        lastNumber += 1
        waiters.append((lastNumber, id, task))
        if readsLog { logReaders.insert(lastNumber) }
        return lastNumber
    }

    /// What follows by itself, until all is quiet.
    mutating func run() {
        var round = 0
        while !pending.isEmpty || endsSoon {
            // The first round comes before the interrupted task's end; whether a later one does is chance.
            if !pending.isEmpty {
                if round > 0, endsSoon { isAmbiguous = true }
                let released = pending
                pending = []
                round += 1
                notify(released)
            } else {
                endsSoon = false
                round = 0
                endRunning(.failure(.cancelled))
            }
        }
    }

    // MARK: The way of a task

    mutating func start() {
        guard let id = queue.start() else { return }
        startedNow = id
        if queue[id].type != .long { functionStarts += 1 }
    }

    mutating func endRunning(_ outcome: ModelQueue.Outcome) {
        guard let id = queue.running else { return }
        queue.end(id, outcome)
        let released = release(id)
        start()
        notify(released)
        if isStopping { leave() }
    }

    // MARK: End

    /// - Parameter reason: nil where nothing was refused.
    mutating func end(_ id: Int, _ reason: RequestError.Code?) {
        guard isOpen(id) else { return }
        if connections[id]!.hasWaits, !isLeaving {
            connections[id]!.ending = .some(connections[id]!.ending ?? reason)
            connections[id]!.backlog = []
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

    /// The connection broke.
    mutating func fail(_ id: Int) {
        guard isOpen(id) else { return }
        if wasResetNow.contains(id) { isAmbiguous = true }
        close(id)
        connections[id]!.isGone = true
    }

    private mutating func close(_ id: Int) {
        connections[id]!.isClosed = true
        waiters.removeAll { $0.connection == id }
    }

    mutating func leave() {
        isLeaving = true
        for id in connections.keys.sorted() where isOpen(id) && !connections[id]!.hasPendingWork { end(id, nil) }
    }
}
