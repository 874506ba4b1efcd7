import DequeModule
package import Libuv
package import Logging
package import TaskCore
import TaskProtocol
import TaskQueue

/// The task server: takes requests on its connections, queues the tasks, has them run one at a time, and
/// answers. One loop, one thread; only the tasks themselves run elsewhere.
package final class TaskServer {
    let configuration: ServerConfiguration
    let catalog: TaskCatalog
    let loop: EventLoop
    let logger: Logger
    /// Whether connections and tasks are logged one by one; asked on the hot path.
    let logsEvents: Bool

    /// This life of the server.
    let instance = InstanceID(rawValue: randomBits())
    /// When it began, on the loop's clock.
    let startedAt: UInt64
    /// Unix time less the loop's clock, in milliseconds.
    var wallClockOffset: Int
    /// In which round of the loop it was looked at last.
    var wallClockReadAt: UInt64 = 0

    var queue: SerialQueue
    let runner: TaskRunner
    let guardProgram: ChildProcess.Program?
    /// How long a task of each type usually runs.
    var durations: UsualDurations

    /// Reads the requests of all sessions.
    let reader = MessageReader()
    /// The replies of all sessions.
    let outbox = Outbox()
    private var sending: BeforeWait?

    var sessions: [ConnectionID: Session] = [:]
    var lastConnection: UInt64 = 0
    /// What the sessions hold together.
    var connectionBytes = 0
    /// Those that are one too many, the oldest first.
    var refusedConnections: Deque<RefusedConnection> = []
    private var lastWaiter: UInt64 = 0
    /// Sessions that have had their turn.
    var yielded: Deque<ConnectionID> = []
    /// What waiters are still to be told.
    var news: Deque<WaitNews> = []
    let nextRound: NextRound
    /// For how long sessions are served before the loop looks for new events, in milliseconds.
    var roundTime: UInt64 = 2
    private var listeners: Listeners?
    private var portFileIsWritten = false
    private var signalWatchers: [SignalWatcher] = []
    let refusals: RefusalLog
    /// Has finished tasks forgotten when they reach their age.
    let expiryTimer: Timer
    /// Looks for clients that have vanished, where nothing is read that would tell.
    let vanishedTimer: Timer

    /// How far a stop has come.
    var stopPhase = StopPhase.serving
    let stopTimer: Timer
    /// The signal that cut a running task off, where one did.
    package internal(set) var cutOffBy: Signal?

    /// Listens; the loop runs while the host's name is resolved. To be followed by `announce`, and by the loop's `run`,
    /// which serves until `stop`.
    ///
    /// - Parameter guardProgram: calls `ProcessGuard.serve`; nil where no running command need go with a process that is killed.
    package init(
        _ configuration: ServerConfiguration, _ catalog: TaskCatalog,
        guardedBy guardProgram: ChildProcess.Program? = nil,
        on loop: EventLoop, _ logger: Logger
    ) throws(StartFailure) {
        self.guardProgram = guardProgram
        self.configuration = configuration
        self.catalog = catalog
        self.loop = loop
        self.logger = logger
        logsEvents = logger.logLevel <= .debug
        startedAt = loop.now
        wallClockOffset = wallClock() - Int(loop.preciseNow)
        queue = SerialQueue(typeCount: catalog.types.count, limits: configuration.queueLimits)
        durations = UsualDurations(catalog.types.map(\.knownDuration))
        do throws(UVError) {
            runner = try TaskRunner(on: loop)
            refusals = try RefusalLog(on: loop, logger)
            stopTimer = try Timer(on: loop)
            nextRound = try NextRound(on: loop)
            expiryTimer = try Timer(on: loop)
            vanishedTimer = try Timer(on: loop)
            sending = try BeforeWait(on: loop) { [unowned self] in sendReplies() }
        } catch {
            throw .loop(error)
        }
        do throws(StartFailure) {
            try prepareCommands()
            try listen()
        } catch {
            closeHandles()
            throw error
        }
    }

    /// Runs a server until a signal stops it.
    ///
    /// - Returns: the signal that cut a running task off; nil where the stop was orderly.
    package static func serve(
        _ configuration: ServerConfiguration, _ catalog: TaskCatalog, guardedBy guardProgram: ChildProcess.Program?,
        _ logger: Logger
    ) throws(StartFailure) -> Signal? {
        let loop: EventLoop
        do throws(UVError) { loop = try EventLoop(readSize: configuration.readSize) } catch { throw .loop(error) }
        defer { loop.close() }
        Orphans.adopt()
        let descriptors = raiseDescriptorLimit()
        let server = try TaskServer(
            configuration.within(descriptors), catalog, guardedBy: guardProgram, on: loop, logger)
        server.stopOnSignals()
        try server.announce()
        server.logConnectionLimit(descriptors, asked: configuration.maximumConnections)
        loop.run()
        return server.cutOffBy
    }

    // MARK: Start

    /// The addresses that are listened on.
    package var addresses: [SocketAddress] { listeners?.addresses ?? [] }

    private func listen() throws(StartFailure) {
        // One that a killed server left would send whoever waits for it to the wrong port. Where the port is a fixed
        // one, the file may be that of the server that has it.
        if configuration.port == 0 { removePortFile() }
        let listeners = try Listeners.open(configuration, on: loop, logger) { [unowned self] in
            accept($0)
        }
        self.listeners = listeners
    }

    /// Tells where it listens: in the log, and then in the port file.
    ///
    /// - Throws: `StartFailure` where the port file can't be written; nothing is logged and the server is closed then.
    package func announce() throws(StartFailure) {
        guard let path = configuration.portFile, let port = addresses.first?.port else { return logAddresses() }
        do throws(UVError) {
            try SmallFile.write("\(port)\n", to: path, beforeItAppears: logAddresses)
            portFileIsWritten = true
        } catch {
            closeHandles()
            throw .portFile(path: path, error)
        }
    }

    /// What the system allows, which may be less than what was asked for.
    private func logConnectionLimit(_ descriptors: DescriptorLimit, asked: Int?) {
        guard let limit = configuration.maximumConnections else { return }
        let raised = descriptors.current > descriptors.before ? ", raised from \(descriptors.before)" : ""
        logger.notice(
            "at most \(limit) connections at a time; the limit of open files is \(descriptors.current)\(raised)")
        if let asked, asked > limit {
            logger.warning(
                "--max-connections \(asked) needs a limit of open files of \(asked + Self.reservedDescriptors)")
        }
    }

    private func logAddresses() {
        logger.notice("uv-taskd \(productVersion), process \(processIdentifier)")
        for address in addresses {
            logger.notice("listening on \(address)")
        }
        if let open = addresses.first(where: { !$0.isLoopback }) {
            logger.warning("anyone who can reach \(open) can use this server: there is no authentication")
        }
    }

    private func stopOnSignals() {
        for signal in Signal.stopping where signal != .hangUp || !signal.isIgnored {
            do throws(UVError) {
                try signal.keepFromDefaultAction()
                signalWatchers.append(try SignalWatcher(signal, on: loop) { [unowned self] in stop(signal) })
            } catch {
                logger.warning("cannot watch for signal \(signal.number): \(error)")
            }
        }
    }

    // MARK: Connections

    /// A request that is to wait for a task's end.
    func newWaiter(of session: Session) -> Waiter {
        lastWaiter += 1
        return Waiter(session.id, lastWaiter)
    }

    // MARK: End

    /// From here on the port may be another server's, and so may the port file.
    func stopAccepting() {
        if portFileIsWritten { removePortFile() }
        portFileIsWritten = false
        listeners?.close()
        listeners = nil
    }

    private func removePortFile() {
        if let path = configuration.portFile { try? SmallFile.remove(path) }
    }

    /// Lets go of everything that keeps the loop running.
    func closeHandles() {
        stopAccepting()
        for watcher in signalWatchers { watcher.close() }
        runner.close()
        refusals.close()
        stopTimer.close()
        nextRound.close()
        sending?.close()
        expiryTimer.close()
        vanishedTimer.close()
        for refused in refusedConnections { refused.close() }
    }
}
