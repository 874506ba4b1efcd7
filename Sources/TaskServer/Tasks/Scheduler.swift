import Libuv
import Logging
import ProcessTree
import TaskCore
import TaskQueue

/// Runs the tasks of the queue, one at a time: plans each change, applies it, and carries out its effects.
final class Scheduler {
    /// The most tasks that are evicted because of their age in one loop iteration.
    private static let evictionSlice = 1000

    unowned var server: TaskServer!
    // For each submit, which would be slower through the unowned server.
    private let catalog: TaskCatalog
    private let clock: ServerClock
    private let logger: Logger
    private let logsEvents: Bool
    private let expiryTimer: Timer
    let runner: TaskRunner
    private(set) var queue: SerialQueue

    init(
        _ catalog: TaskCatalog, _ limits: Limits, _ clock: ServerClock, on loop: EventLoop, _ logger: Logger
    ) throws(UVError) {
        self.catalog = catalog
        self.clock = clock
        self.logger = logger
        logsEvents = logger.logsEvents
        queue = SerialQueue(types: catalog.types.map(\.durationBasis), limits: limits)
        runner = try TaskRunner(on: loop)
        expiryTimer = try Timer(on: loop)
    }

    /// Sets what commands run with, and starts the guard if there are any.
    func prepareCommands(guardedBy guardProgram: ChildProcess.Program?) throws(StartFailure) {
        let logger = logger
        runner.prepare {
            $0.killTime = UInt64(server.configuration.killTime)
            $0.descriptorLimit = server.configuration.commandDescriptorLimit
            $0.onLog = { [unowned self] in appendLog($0) }
            $0.onStay = { id in
                logger.warning("a process of task \(id) was killed and does not end; the next task waits for it")
            }
        }
        guard let guardProgram, catalog.types.contains(where: { $0.command != nil }) else { return }
        do throws(UVError) {
            let processGuard = try ProcessGuard(guardProgram, on: server.loop) { error in
                let outcome = error.map { ", and cannot be started again: \($0)" } ?? "; it was started again"
                logger.warning("the process that guards commands has ended\(outcome)")
            }
            runner.prepare { $0.processGuard = processGuard }
        } catch {
            throw .processGuard(error)
        }
    }

    func close() {
        runner.close()
        expiryTimer.close()
    }

    // MARK: Reads

    // The most frequent reads. `TaskServer.queue`, a coroutine, would be slower, and a call of `queue[task]` passes the 489
    // bytes of the queue by value: 3 % of a status.

    /// nil if the task is not kept.
    func record(of task: TaskID) -> TaskRecord? { queue.tasks[task] }

    func place(of task: TaskID) -> SerialQueue.Place? { queue.place(of: task, at: clock.now) }

    // MARK: Submits

    /// Queues a task, or finds the one with the same key, and starts the next task if none runs.
    ///
    /// - Parameter connection: for the log.
    func submit(
        _ submission: consuming Submission, from connection: ConnectionID
    ) throws(Refusal) -> (id: TaskID, isExisting: Bool) {
        let size = submission.data.count + (submission.key?.utf8.count ?? 0)
        let type = submission.type
        let id: TaskID
        let isExisting: Bool
        do throws(Refusal) {
            (id, isExisting) = try queue.submitAtOnce(submission, at: clock.now)
        } catch {
            var refusal = error
            // Data that exceeds the limit by itself never fits.
            if refusal.limit != nil, size <= queue.limits.memory {
                // The estimated time until the next task starts; a second if unknown.
                refusal.retryAfter = queue.remainingTimeOfRunning(at: clock.now).map { max(1, $0.onWire) } ?? 1000
            }
            throw refusal
        }
        if isExisting {
            logSubmit(id, from: connection, "the key is known")
        } else {
            logSubmit(id, from: connection, "\(catalog.types[Int(type.rawValue)].name), \(size) bytes")
            startNext()
        }
        return (id, isExisting)
    }

    private func logSubmit(_ id: TaskID, from connection: ConnectionID, _ text: @autoclosure () -> String) {
        if logsEvents { logger.debug("task \(id) from connection \(connection): \(text())") }
    }

    /// Adds a task that has failed already: a legacy client submitted it with an unknown name.
    func submitFailed(_ failure: TaskFailure, from connection: Connection) throws(Refusal) -> TaskID {
        let change = try queue.planRejected(failure, submitter: connection.peer.user, at: clock.now)
        // A rejected task has ended at once.
        let id = apply(change).ended[0]
        logSubmit(id, from: connection.id, "no such type")
        return id
    }

    // MARK: Running

    private func startNext() {
        if !runner.isBusy, let change = queue.planStart(at: clock.now) { apply(change) }
    }

    private func run(_ start: Effects.Start) {
        if logsEvents { logger.debug("task \(start.id) started") }
        let type = catalog.types[Int(start.type.rawValue)]
        runner.start(type, for: start.id, data: start.data.string, submitter: start.submitter) { [self] in
            finish(start.id, $0)
        }
    }

    private func finish(_ id: TaskID, _ outcome: Result<String, TaskFailure>) {
        if logsEvents { logger.debug("task \(id) ended: \(outcome.logDescription)") }
        let effects = queue.apply(queue.planFinish(outcome, at: clock.now))
        let ended = endedTask(id)
        startNext()
        notify(effects.ended, ended, isBusy: false)
        scheduleExpiry()
        server.shutdown.taskDidEnd()
    }

    /// Gives up a task whose function does not end, and notifies its waiters of the failure.
    func abandonRunning(_ id: TaskID) {
        runner.abandon()
        let effects = queue.apply(queue.planFinish(.failure(.shutDownWhileRunning), at: clock.now))
        notify(effects.ended, endedTask(id), isBusy: false)
    }

    /// Ends a waiting task, or interrupts a running one.
    func cancel(_ id: TaskID) {
        if let change = queue.planCancel(id, at: clock.now) { apply(change) }
    }

    /// Ends all waiting tasks and refuses further ones.
    ///
    /// - Returns: the number of tasks that waited.
    func drain() -> Int {
        let waiting = queue.waitingCount
        _ = queue.apply(.drain(at: clock.now))
        let dropped = server.waiters.tasks.filter { $0 != queue.running }
        server.deferred.notifyNow(dropped.flatMap { server.waiters.releaseAll(of: $0) }, .taskEnded(nil))
        return waiting
    }

    /// Takes what the running command has written to its standard error.
    func appendLog(_ bytes: [UInt8]) {
        // An abandoned task has no reader any more.
        guard let running = queue.running, queue.appendLog(bytes) else { return }
        server.deferred.notify(server.waiters.releaseLog(of: running), .logGrew)
    }

    // MARK: Changes

    /// Applies a change while a connection may handle a request.
    @discardableResult
    private func apply(_ change: consuming Change) -> Effects {
        let effects = queue.apply(change)
        if let start = effects.started { run(start) }
        if effects.interrupt { runner.run?.interrupt(.cancelledWhileRunning) }
        guard let id = effects.ended.first else { return effects }
        notify(effects.ended, endedTask(id), isBusy: true)
        scheduleExpiry()
        return effects
    }

    /// Notifies the waiters of a task that has ended.
    ///
    /// - Parameter isBusy: whether a connection handles a request, so that replies must wait.
    private func notify(_ ended: [TaskID], _ task: EndedTask?, isBusy: Bool) {
        for id in ended {
            let waiters = server.waiters.releaseAll(of: id)
            if isBusy {
                server.deferred.notify(waiters, .taskEnded(task))
            } else {
                server.deferred.notifyNow(waiters, .taskEnded(task))
            }
        }
    }

    /// nil if the task is not kept.
    private func endedTask(_ id: TaskID) -> EndedTask? {
        queue[id].map { EndedTask(record: $0, log: queue.log(of: id)) }
    }

    /// Evicts ended tasks when they reach their age.
    private func scheduleExpiry() {
        guard !expiryTimer.isRunning, let expiry = queue.nextExpiry else { return }
        let delay = max(1, expiry.milliseconds(since: clock.now))
        expiryTimer.start(after: UInt64(delay)) { [unowned self] in
            if let change = queue.planExpiry(atMost: Self.evictionSlice, at: clock.now) { apply(change) }
            scheduleExpiry()
        }
    }
}

extension TaskType {
    fileprivate var durationBasis: DurationEstimator.Basis {
        switch work {
        case .function(let delay, _): .fixed(Int(clamping: delay.millisecondsRoundedUp))
        case .command(let command): .expected(command.expected.map { Int(clamping: $0.millisecondsRoundedUp) })
        }
    }
}

extension Result<String, TaskFailure> {
    fileprivate var logDescription: String {
        switch self {
        case .success(let result): "success, \(result.utf8.count) bytes"
        case .failure(let failure): "error, \(failure.code.rawValue)"
        }
    }
}
