import Libuv

/// Connects to a server: resolves its name and connects to the first address that accepts.
///
/// It owns the client's event loop and deadline, which outlive a connection.
final class Connector {
    /// In seconds of silence. Without keep-alive, a wait never notices that the server's machine is gone.
    private static let keepAlive = 60

    let configuration: ClientConfiguration
    let loop: EventLoop
    let deadline: Deadline

    init(_ configuration: ClientConfiguration) throws(ClientError) {
        self.configuration = configuration
        do throws(UVError) {
            let loop = try EventLoop(readSize: configuration.readSize)
            deadline = try onFailure(loop.close) { () throws(UVError) in try Deadline(on: loop) }
            self.loop = loop
        } catch {
            throw .lost(error)
        }
    }

    /// A connector and its first connection, within the configured time limit.
    static func open(_ configuration: ClientConfiguration) throws(ClientError) -> (Connector, Connection) {
        let connector = try Connector(configuration)
        return try onFailure(connector.close) { () throws(ClientError) in
            (connector, try connector.connect(until: connector.loop.preciseNow + configuration.connectTimeout))
        }
    }

    /// Must be called once, after every other handle on the loop was closed.
    func close() {
        deadline.close()
        loop.close()
    }

    /// - Parameter end: the time limit on the loop's clock, in milliseconds. The deadline stays set.
    func connect(until end: UInt64) throws(ClientError) -> Connection {
        let addresses = try resolve(until: end)
        var failure: ClientError?
        var missingFamily: ClientError?
        for (index, address) in addresses.enumerated() {
            // An address that never answers must leave time for the next one.
            let share = (end - min(end, loop.now)) / UInt64(addresses.count - index)
            deadline.set(loop.now + max(share, 1))
            do throws(ClientError) {
                let connection = Connection(try connect(to: .tcp(address)), configuration)
                deadline.set(end)
                return connection
            } catch {
                switch error {
                case .nothingListens: failure = failure ?? error
                case .cannotConnect(_, _, let cause) where cause.meansMissingFamily(for: address):
                    missingFamily = error
                default: failure = error
                }
            }
        }
        throw failure ?? missingFamily ?? timeout
    }

    private func resolve(until end: UInt64) throws(ClientError) -> [SocketAddress] {
        deadline.set(end)
        var found: Result<[SocketAddress], UVError>?
        do throws(UVError) {
            try loop.resolve(host: configuration.host, port: configuration.port) { found = $0 }
            loop.run { found != nil || deadline.isOver }
            if let found { return try found.get() }
        } catch {
            throw .cannotResolve(host: configuration.host, error)
        }
        throw timeout
    }

    private func connect(to endpoint: Endpoint) throws(ClientError) -> SocketStream {
        do throws(UVError) {
            let stream = try SocketStream(on: loop)
            do throws(UVError) {
                var outcome: UVError??
                try stream.connect(to: endpoint) { outcome = .some($0) }
                loop.run { outcome != nil || deadline.isOver }
                if let outcome {
                    if let error = outcome { throw error }
                    try stream.disableDelay()
                    try stream.keepAlive(after: Self.keepAlive)
                    return stream
                }
            } catch {
                stream.close()
                throw error
            }
            stream.close()
        } catch {
            throw error.code == .connectionRefused
                ? .nothingListens(host: configuration.host, port: configuration.port)
                : .cannotConnect(host: configuration.host, port: configuration.port, error)
        }
        throw timeout
    }

    private var timeout: ClientError { configuration.timedOut(after: configuration.connectTimeout, .connecting) }
}
