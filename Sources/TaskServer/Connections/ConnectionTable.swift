import DequeModule
import Libuv
import Logging
import TaskCore
import TaskQueue

/// The open connections of a server: how many there may be, what they may hold, and which are checked at intervals.
final class ConnectionTable {
    /// Descriptors for everything but connections: listeners, the lock of the unix socket, the question about users, the loop,
    /// standard streams, the port file, the pipes of commands and their guard, and rejected clients.
    static let reservedDescriptors = 48

    /// The most rejected connections that stay open until the client has read the refusal. One more closes the oldest.
    private static let maximumRejected = 12

    unowned var server: TaskServer!
    private let checkTimer: Timer
    private let idleTimer: Timer
    private var connections: [ConnectionID: Connection] = [:]
    private var rejected: Deque<Connection> = []
    /// The connections to check: the client takes no replies, the connection is about to close, or nothing is read from it, so
    /// that the system does not report a client that is gone.
    private var watched: [ObjectIdentifier: (connection: Connection, due: UInt64)] = [:]
    /// When the timer fires, on the loop's clock.
    private var nextCheck: UInt64 = 0
    private var lastID: UInt64 = 0
    /// What all connections hold together, in bytes.
    private(set) var heldBytes = 0

    var count: Int { connections.count }
    /// The number of connections since the start.
    var accepted: Int { Int(lastID) }
    var isEmpty: Bool { connections.isEmpty }
    var rejectedCount: Int { rejected.count }
    var all: [Connection] { Array(connections.values) }

    subscript(id: ConnectionID) -> Connection? { connections[id] }

    init(on loop: EventLoop) throws(UVError) {
        checkTimer = try Timer(on: loop)
        idleTimer = try Timer(on: loop)
    }

    func close() {
        checkTimer.close()
        idleTimer.close()
        for connection in rejected { connection.close(.serverStopped) }
    }

    // MARK: Connections

    /// - Parameter refusal: why the peer may not use the server, if so.
    func add(_ stream: SocketStream, _ peer: Peer, refusing refusal: Refusal?) {
        if let refusal { return reject(stream, peer, refusal) }
        let limit = server.configuration.limits.connections
        if let limit, connections.count >= limit { return reject(stream, peer, .tooManyConnections(limit: limit)) }
        lastID += 1
        let connection = Connection(ConnectionID(rawValue: lastID), stream, peer, of: server)
        connections[connection.id] = connection
        if server.logger.logsEvents {
            server.logger.debug(
                "connection \(connection.id) from \(stream.peerEndpoint?.description ?? "a client that left")")
        }
        connection.start()
        if server.configuration.limits.idleTime != nil, !idleTimer.isRunning { closeIdle() }
    }

    private func reject(_ stream: SocketStream, _ peer: Peer, _ refusal: Refusal) {
        if rejected.count >= Self.maximumRejected { rejected[0].close(.serverStopped) }
        let connection = Connection(.none, stream, peer, of: server)
        rejected.append(connection)
        connection.reject(refusal)
    }

    func remove(_ connection: Connection) {
        count(connection)
        watched[ObjectIdentifier(connection)] = nil
        if connection.id == .none {
            rejected.removeAll { $0 === connection }
        } else {
            connections[connection.id] = nil
            server.shutdown.connectionDidClose()
        }
    }

    // MARK: Memory

    /// Counts what a connection holds. If all together hold too much, the heaviest are closed.
    func count(_ connection: Connection) {
        let bytes = connection.isClosed ? 0 : connection.heldBytes
        guard bytes != connection.countedBytes else { return }
        heldBytes += bytes - connection.countedBytes
        connection.countedBytes = bytes
        while heldBytes > server.configuration.maximumConnectionMemory,
            let heaviest = connections.values.lazy.filter({ $0.countedBytes > 0 }).max(by: { $0.burden < $1.burden })
        {
            heaviest.close(.heldTooMuch(bytes: heaviest.countedBytes))
        }
    }

    // MARK: Checks

    /// Checks the connection after this time in milliseconds, or earlier if an earlier check is planned, and again after each
    /// interval that `check` returns.
    func watch(_ connection: Connection, after delay: UInt64) {
        let due = server.loop.now + delay
        let planned = watched[ObjectIdentifier(connection)]?.due ?? .max
        watched[ObjectIdentifier(connection)] = (connection, min(due, planned))
        scheduleCheck(at: due)
    }

    private func scheduleCheck(at time: UInt64) {
        guard !checkTimer.isRunning || time < nextCheck else { return }
        nextCheck = time
        checkTimer.start(after: time - server.loop.now) { [unowned self] in checkWatched() }
    }

    private func checkWatched() {
        let now = server.loop.now
        for (key, entry) in watched where entry.due <= now {
            watched[key] = entry.connection.check().map { (entry.connection, now + max(1, $0)) }
        }
        if let next = watched.values.lazy.map(\.due).min() { scheduleCheck(at: next) }
    }

    /// Closes the connections that were idle for too long, and starts the timer for the next one.
    private func closeIdle() {
        guard let timeout = server.configuration.limits.idleTime.map(UInt64.init) else { return }
        let now = server.loop.preciseNow
        var next = now + timeout
        for connection in all {
            guard let start = connection.idleStart else { continue }
            if start + timeout > now {
                next = min(next, start + timeout)
            } else if !connection.stream.hasUnreadInput {
                connection.close(.idle)
            }
        }
        guard !isEmpty else { return }
        // Every connection is examined, so this does not run for each one that becomes idle.
        idleTimer.start(after: max(next - now, timeout / 64)) { [unowned self] in closeIdle() }
    }
}
