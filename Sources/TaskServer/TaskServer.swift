package import Libuv
package import Logging
package import ProcessTree
package import TaskCore
import TaskProtocol
import TaskQueue

/// A task server: accepts connections, reads requests, queues tasks, runs them one at a time, and replies. Everything except
/// the tasks runs on the thread of the loop.
package final class TaskServer {
    let configuration: ServerConfiguration
    let catalog: TaskCatalog
    let loop: EventLoop
    let logger: Logger
    let clock: ServerClock

    let instance = InstanceID(rawValue: randomBits())
    private let startedAt: UInt64

    /// Reads the requests of all connections.
    let reader = RequestReader()
    let replies = ReplyBuffer()
    var waiters = Waiters()
    let refusals: RefusalCounter
    let connections: ConnectionTable
    let deferred: DeferredWork
    let scheduler: Scheduler
    let shutdown: Shutdown

    private var flushing: PrepareHandle?
    private var listeners: Listeners?
    private var isPortFileWritten = false
    private var signalHandles: [SignalHandle] = []

    /// Listens; the loop runs while the host's name is resolved. `announce` must follow, then the loop's `run`, which serves
    /// until a signal stops the server.
    ///
    /// - Parameter guardProgram: a program that calls `ProcessGuard.serve`; nil if running commands may outlive this process.
    package init(
        _ configuration: ServerConfiguration, _ catalog: TaskCatalog,
        guardedBy guardProgram: ChildProcess.Program? = nil, on loop: EventLoop, _ logger: Logger
    ) throws(StartFailure) {
        self.configuration = configuration
        self.catalog = catalog
        self.loop = loop
        self.logger = logger
        clock = ServerClock(loop)
        startedAt = loop.now
        do throws(UVError) {
            refusals = try RefusalCounter(on: loop, logger)
            connections = try ConnectionTable(on: loop)
            deferred = try DeferredWork(on: loop)
            scheduler = try Scheduler(catalog, configuration.limits, clock, on: loop, logger)
            shutdown = try Shutdown(on: loop)
            flushing = try PrepareHandle(on: loop, replies.flush)
        } catch {
            throw .loop(error)
        }
        // They use the server, which is complete only now.
        connections.server = self
        deferred.server = self
        scheduler.server = self
        shutdown.server = self
        do throws(StartFailure) {
            try scheduler.prepareCommands(guardedBy: guardProgram)
            try listen()
        } catch {
            closeHandles()
            throw error
        }
    }

    /// Runs a server until a signal stops it.
    ///
    /// - Returns: the signal that interrupted a running task; nil if the stop was orderly.
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
        server.logConnectionLimit(descriptors, requested: configuration.limits.connections)
        loop.run()
        return server.interruptedBy
    }

    // MARK: Start

    package var endpoints: [Endpoint] { listeners?.endpoints ?? [] }

    private func listen() throws(StartFailure) {
        // A port file that a killed server left behind would send clients to the wrong port. With a fixed port the file may
        // belong to the server that has that port.
        if configuration.port == 0 { removePortFile() }
        let access = AccessControl(configuration, catalog)
        listeners = try Listeners.open(configuration, on: loop, logger) { [unowned self] result, endpoint in
            switch result {
            case .success(let stream):
                let peer = access.peer(of: stream, on: endpoint)
                connections.add(stream, peer, refusing: access.refusal(of: peer, on: endpoint))
            case .failure(let error): refusals.countPause(error)
            }
        }
    }

    /// Logs the endpoints, then writes the port file.
    ///
    /// - Throws: `StartFailure` if the port file cannot be written; then nothing is logged and the server is closed.
    package func announce() throws(StartFailure) {
        guard let path = configuration.portFile, let port = endpoints.first?.port else { return logEndpoints() }
        do throws(UVError) {
            try SmallFile.write("\(port)\n", to: path, beforeRename: logEndpoints)
            isPortFileWritten = true
        } catch {
            closeHandles()
            throw .portFile(path: path, error)
        }
    }

    private func logEndpoints() {
        logger.notice("uv-taskd \(productVersion), process \(processIdentifier)")
        for endpoint in endpoints { logger.notice("listening on \(endpoint)\(access(to: endpoint))") }
        if let open = endpoints.first(where: { !$0.isLocal }) {
            logger.warning("anyone who can reach \(open) can use this server: there is no authentication")
        }
    }

    /// Who may connect, in parentheses; empty for everyone who can.
    private func access(to endpoint: Endpoint) -> String {
        switch endpoint {
        case .unix: configuration.unixSocket.map { " (\($0.accessText))" } ?? ""
        case .tcp where endpoint.isLocal && configuration.tcpUsers(for: catalog) == .same:
            " (user \(configuration.ownUser.rawValue) only)"
        case .tcp where endpoint.isLocal: " (every user of this machine)"
        case .tcp: ""
        }
    }

    /// Logs what the system allows, which may be less than what was requested.
    private func logConnectionLimit(_ descriptors: DescriptorLimit, requested: Int?) {
        guard let limit = configuration.limits.connections else { return }
        let raised = descriptors.current > descriptors.before ? ", raised from \(descriptors.before)" : ""
        logger.notice(
            "at most \(limit) connections at a time; the limit of open files is \(descriptors.current)\(raised)")
        if let requested, requested > limit {
            let needed = requested + ConnectionTable.reservedDescriptors
            logger.warning("--max-connections \(requested) needs a limit of open files of \(needed)")
        }
    }

    // MARK: State

    var queue: SerialQueue {
        _read { yield scheduler.queue }
    }

    /// In milliseconds.
    var uptime: Int { Int(loop.now - startedAt) }

    /// Whether this loop iteration has taken long. Then connections whose requests may be costly are read in a later one, so
    /// that they do not delay all others.
    var iterationIsLong: Bool { loop.preciseNow - loop.now >= iterationTime }

    /// The time after which an iteration is long, in milliseconds. Tests change it.
    var iterationTime: UInt64 = 2

    /// How long a client may go on sending after the end of writing, in milliseconds. Tests change it.
    var lingerTime: UInt64 = 1000

    /// The time between two checks for clients that have vanished, in milliseconds. Tests change it.
    var vanishedCheckTime: UInt64 = 5000

    /// - Throws: `Refusal` if no such task is kept.
    func record(of task: TaskID) throws(Refusal) -> TaskRecord {
        if let record = scheduler.record(of: task) { return record }
        throw queue.isEvicted(task) ? .expired(task) : .unknownTask(task)
    }

    func note(_ reason: CloseReason, of connection: Connection) {
        refusals.count(reason)
        if logger.logsEvents { logger.debug("connection \(connection.id) closed: \(reason)") }
    }

    // MARK: Stop

    private func stopOnSignals() {
        for signal in Signal.stopping where signal != .hangUp || !signal.isIgnored {
            do throws(UVError) {
                try signal.disableDefaultAction()
                signalHandles.append(try SignalHandle(signal, on: loop) { [unowned self] in stop(signal) })
            } catch {
                logger.warning("cannot watch for signal \(signal.number): \(error)")
            }
        }
    }

    /// Stops the server as a signal does. The loop's `run` returns when the server has stopped.
    package func stop(_ signal: Signal) { shutdown.signal(signal) }

    /// The signal that interrupted a running task.
    package var interruptedBy: Signal? { shutdown.interruptedBy }

    /// Frees the port and the unix socket, and removes the port file before another server may write it.
    func stopAccepting() {
        if isPortFileWritten { removePortFile() }
        isPortFileWritten = false
        listeners?.close()
        listeners = nil
    }

    private func removePortFile() {
        if let path = configuration.portFile { try? SmallFile.remove(path) }
    }

    /// Closes everything that keeps the loop running.
    func closeHandles() {
        stopAccepting()
        for handle in signalHandles { handle.close() }
        flushing?.close()
        connections.close()
        deferred.close()
        scheduler.close()
        shutdown.close()
        refusals.close()
    }
}

extension Logger {
    /// Whether connections and tasks are logged one by one.
    var logsEvents: Bool { logLevel <= .debug }
}
