import Libuv

/// What joins a client with a server.
enum Link {
    case stream(SocketStream)
    /// ssh.
    case program(JoinedProgram)

    var stream: SocketStream {
        switch self {
        case .stream(let stream): stream
        case .program(let program): program.stream
        }
    }

    var program: JoinedProgram? { if case .program(let program) = self { program } else { nil } }

    /// May be called twice.
    func close() {
        switch self {
        case .stream(let stream): stream.close()
        case .program(let program): program.close()
        }
    }
}

/// Connects to a server: over TCP to the first address of its name that accepts, to a unix socket, or through ssh.
///
/// It owns the client's event loop and deadline, which outlive a connection.
final class Connector {
    /// The time between two attempts to connect to a unix socket whose backlog is full, in milliseconds.
    private static let backlogPause: UInt64 = 10

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
            (connector, Connection(try connector.connect(until: connector.firstEnd), configuration))
        }
    }

    /// The end of the configured time limit if connecting starts now; nil if there is none.
    var firstEnd: UInt64? { configuration.firstTimeout.map { loop.preciseNow + $0 } }

    /// Must be called once, after every other handle on the loop was closed.
    func close() {
        deadline.close()
        loop.close()
    }

    /// Connects. Through ssh that continues until the first answer.
    ///
    /// - Parameter end: the time limit on the loop's clock, in milliseconds; nil for none. The deadline stays set.
    func connect(until end: UInt64?) throws(ClientError) -> Link {
        switch configuration.server {
        case .tcp(let host, let port): .stream(try connect(host, port, until: end ?? .max))
        case .unix(let path): .stream(try connect(path: path, until: end ?? .max))
        case .ssh(let host, let options): .program(try start(ServerAddress.sshCall(host, options), until: end))
        }
    }

    // MARK: ssh

    private func start(_ call: [String], until end: UInt64?) throws(ClientError) -> JoinedProgram {
        deadline.set(end)
        do throws(UVError) { return try JoinedProgram(call, on: loop) } catch { throw failure(error) }
    }

    // MARK: Unix sockets

    private func connect(path: String, until end: UInt64) throws(ClientError) -> SocketStream {
        deadline.set(end)
        do throws(UVError) {
            let stream = try SocketStream(on: loop)
            return try onFailure(stream.close) { () throws(UVError) in
                while !deadline.isOver {
                    do throws(UVError) {
                        try stream.connect(to: .unix(path: path)) { _ in }
                        return stream
                    } catch  where error.code == .tryAgain {
                        try pause()
                    }
                }
                throw UVError(code: .tryAgain, call: "connect")
            }
        } catch {
            throw error.code == .tryAgain ? timeout : failure(error)
        }
    }

    /// Waits until the server may have accepted a connection, or until the deadline.
    private func pause() throws(UVError) {
        let timer = try Timer(on: loop)
        defer { timer.close() }
        var isOver = false
        timer.start(after: Self.backlogPause) { isOver = true }
        loop.run { isOver || deadline.isOver }
    }

    // MARK: TCP

    private func connect(_ host: String, _ port: Int, until end: UInt64) throws(ClientError) -> SocketStream {
        let addresses = try resolve(host, port, until: end)
        var failure: ClientError?
        var missingFamily: ClientError?
        for (index, address) in addresses.enumerated() {
            // An address that never answers must leave time for the next one.
            let share = (end - min(end, loop.now)) / UInt64(addresses.count - index)
            deadline.set(loop.now + max(share, 1))
            do throws(ClientError) {
                let stream = try connect(to: address)
                deadline.set(end)
                return stream
            } catch {
                switch error {
                case .nothingListens: failure = failure ?? error
                case .cannotConnect(_, let cause) where cause.meansMissingFamily(for: address):
                    missingFamily = error
                default: failure = error
                }
            }
        }
        throw failure ?? missingFamily ?? timeout
    }

    private func resolve(_ host: String, _ port: Int, until end: UInt64) throws(ClientError) -> [SocketAddress] {
        deadline.set(end)
        var found: Result<[SocketAddress], UVError>?
        do throws(UVError) {
            try loop.resolve(host: host, port: port) { found = $0 }
            loop.run { found != nil || deadline.isOver }
            if let found { return try found.get() }
        } catch {
            throw .cannotResolve(host: host, error)
        }
        throw timeout
    }

    private func connect(to address: SocketAddress) throws(ClientError) -> SocketStream {
        do throws(UVError) {
            let stream = try SocketStream(on: loop)
            do throws(UVError) {
                var outcome: UVError??
                try stream.connect(to: .tcp(address)) { outcome = .some($0) }
                loop.run { outcome != nil || deadline.isOver }
                if let outcome {
                    if let error = outcome { throw error }
                    try stream.disableDelay()
                    try stream.keepAlive(after: ServerAddress.keepAlive)
                    return stream
                }
            } catch {
                stream.close()
                throw error
            }
            stream.close()
        } catch {
            throw failure(error)
        }
        throw timeout
    }

    // MARK: Failures

    private func failure(_ error: UVError) -> ClientError {
        // Connections to files of other kinds are refused or denied, too.
        if case .unix(let path) = configuration.server, isOtherThanSocket(path) { return .isNoSocket(path: path) }
        return ClientError(connectingTo: configuration.server, error)
    }

    private var timeout: ClientError { configuration.timedOut(after: configuration.connectTimeout, .connecting) }
}
