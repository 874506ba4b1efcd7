import DequeModule
import Libuv
import Logging
import TaskCore
import TaskProtocol
import TaskQueue

/// Which connections the server has, and how much they may hold.
extension TaskServer {
    /// What is left of the descriptor limit for everything but connections: listeners, the loop's own, standard streams, the
    /// port file, pipes of commands and their guard, and clients that are told that they are too many.
    static let reservedDescriptors = 48

    /// So many clients are left the time to read that they are too many; then the first of them has had it.
    private static let mostRefused = 12

    func accept(_ connection: Result<TCPStream, UVError>) {
        do throws(UVError) {
            let stream = try connection.get()
            if let limit = configuration.maximumConnections, sessions.count >= limit {
                return refuse(stream, limit)
            }
            lastConnection += 1
            let session = Session(ConnectionID(rawValue: lastConnection), stream, of: self)
            sessions[session.id] = session
            if logsEvents {
                logger.debug("connection \(session.id) from \(stream.peer?.description ?? "a client that left")")
            }
            do throws(UVError) { try session.start() } catch { session.close(.failed(error)) }
        } catch {
            refusals.countPause(error)
        }
    }

    private func refuse(_ stream: TCPStream, _ limit: Int) {
        refusals.countConnection()
        if refusedConnections.count >= Self.mostRefused { refusedConnections[0].close() }
        var line: [UInt8] = []
        Reply.refused(.tooManyConnections(limit: limit)).write(to: &line, sequence: nil)
        do throws(UVError) {
            let refused = try RefusedConnection(stream, line) { [unowned self] ended in
                refusedConnections.removeAll { $0 === ended }
            }
            refusedConnections.append(refused)
        } catch {
            stream.close()
        }
    }

    /// Counts what a session holds. Where all together hold too much, those that are most of a burden are closed.
    func countHeldBytes(of session: Session) {
        let bytes = session.phase == .closed ? 0 : session.heldBytes
        guard bytes != session.countedBytes else { return }
        connectionBytes += bytes - session.countedBytes
        session.countedBytes = bytes
        while connectionBytes > configuration.maximumConnectionMemory,
            let worst = sessions.values.lazy.filter({ $0.countedBytes > 0 }).max(by: { $0.burden < $1.burden })
        {
            worst.close(.tooMuchHeld(bytes: worst.countedBytes))
        }
    }

    /// How often clients are looked for that have vanished, in milliseconds.
    private static let vanishedCheckTime: UInt64 = 5000

    /// From here on looks at connections of which nothing is read: the system does not tell by itself that these are gone.
    func lookForVanished() {
        guard !vanishedTimer.isRunning else { return }
        vanishedTimer.start(after: Self.vanishedCheckTime) { [unowned self] in
            for session in Array(sessions.values) where !session.stream.isReading {
                if let error = session.stream.pendingError { session.close(.failed(error)) } else { lookForVanished() }
            }
        }
    }

    func note(_ reason: ClosingReason, of session: Session) {
        refusals.count(reason)
        if logsEvents { logger.debug("connection \(session.id) closed: \(reason)") }
    }

    func sessionDidClose(_ session: Session) {
        sessions[session.id] = nil
        countHeldBytes(of: session)
        if case .leaving = stopPhase, sessions.isEmpty { finishStop() }
    }
}
