import DequeModule
import Libuv
import Logging
import TaskQueue
import Wire

/// Which connections the server has, and how much they may hold.
extension TaskServer {
    /// What is left of the descriptor limit for everything but connections: listeners, the loop's own, standard streams, the
    /// port file, and clients that are told that they are too many.
    static let reservedDescriptors = 32

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

    /// Counts what a session holds. Where all together hold too much, those that hold most are closed.
    func countHeldBytes(of session: Session) {
        let bytes = session.phase == .closed ? 0 : session.heldBytes
        guard bytes != session.countedBytes else { return }
        connectionBytes += bytes - session.countedBytes
        session.countedBytes = bytes
        while connectionBytes > configuration.maximumConnectionMemory,
            let greediest = sessions.values.max(by: { $0.countedBytes < $1.countedBytes }), greediest.countedBytes > 0
        {
            greediest.close(.tooMuchHeld(bytes: greediest.countedBytes))
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
