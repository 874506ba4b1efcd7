import Libuv
import Logging

/// The sockets that accept connections: one for each address of the host, all on one port, and a unix socket.
struct Listeners {
    /// Receives each connection with the endpoint of its listener, or the reason for a pause in accepting.
    typealias OnConnection = (Result<SocketStream, UVError>, Endpoint) -> Void

    private var listeners: [Listener] = []
    private var socketFile: SocketFile?

    private init() {}

    /// At least one. TCP endpoints come first.
    var endpoints: [Endpoint] { listeners.compactMap(\.endpoint) }

    func close() {
        for listener in listeners { listener.close() }
        socketFile?.release()
    }

    /// Listens on every address of the configured host, and on the unix socket. The loop runs while the name is resolved.
    /// An address of a family that the machine lacks is logged and skipped.
    ///
    /// - Throws: `StartFailure` if any other address cannot be used, or if none is left; then nothing listens.
    static func open(
        _ configuration: ServerConfiguration, on loop: EventLoop, _ logger: Logger,
        onConnection: @escaping OnConnection
    ) throws(StartFailure) -> Listeners {
        var opened = Listeners()
        if configuration.usesTCP {
            let addresses = try resolve(configuration, on: loop)
            opened = try openTCP(addresses, of: configuration, on: loop, logger, onConnection: onConnection)
        }
        guard let unixSocket = configuration.unixSocket else { return opened }
        do throws(StartFailure) {
            try opened.open(unixSocket, backlog: configuration.backlog, on: loop, onConnection: onConnection)
            return opened
        } catch {
            opened.close()
            throw error
        }
    }

    // MARK: TCP

    private static func resolve(
        _ configuration: ServerConfiguration, on loop: EventLoop
    ) throws(StartFailure) -> [SocketAddress] {
        var found: Result<[SocketAddress], UVError>?
        let addresses: [SocketAddress]
        do throws(UVError) {
            try loop.resolve(host: configuration.host, port: configuration.port) { found = $0 }
            loop.run { found != nil }
            addresses = try found?.get() ?? []
        } catch {
            throw .nameNotResolved(host: configuration.host, error)
        }
        if let open = addresses.first(where: { !$0.isLoopback }) {
            guard configuration.tcpUsers != .same else { throw .usersUnknown(open) }
            guard configuration.trustsNetwork else { throw .notTrusted(open) }
        }
        return addresses
    }

    private static func openTCP(
        _ addresses: [SocketAddress], of configuration: ServerConfiguration, on loop: EventLoop, _ logger: Logger,
        onConnection: @escaping OnConnection
    ) throws(StartFailure) -> Listeners {
        // With port 0 the first address determines the port. On the other addresses another program may use it already.
        var attemptsLeft = configuration.port == 0 ? 20 : 1
        while true {
            attemptsLeft -= 1
            do {
                return try openOnce(addresses, of: configuration, on: loop, logger, onConnection: onConnection)
            } catch {
                guard attemptsLeft > 0, case .cannotListen(_, let cause) = error, cause.code == .addressInUse
                else { throw error }
            }
        }
    }

    private static func openOnce(
        _ addresses: [SocketAddress], of configuration: ServerConfiguration, on loop: EventLoop, _ logger: Logger,
        onConnection: @escaping OnConnection
    ) throws(StartFailure) -> Listeners {
        var opened = Listeners()
        var skipped: UVError?
        for address in addresses {
            let port = opened.endpoints.first?.port ?? configuration.port
            let endpoint = Endpoint.tcp(address.with(port: port))
            do throws(UVError) {
                opened.listeners.append(
                    try Listener(on: loop, endpoint: endpoint, backlog: configuration.backlog) {
                        onConnection($0, endpoint)
                    })
            } catch {
                guard error.meansMissingFamily(for: address) else {
                    opened.close()
                    throw .cannotListen(address.with(port: port), error)
                }
                logger.notice("left out \(address.host): \(error.message)")
                skipped = error
            }
        }
        if opened.listeners.isEmpty, let skipped {
            throw .noUsableAddress(host: configuration.host, skipped)
        }
        return opened
    }

    // MARK: The unix socket

    private mutating func open(
        _ unixSocket: UnixSocketConfiguration, backlog: Int, on loop: EventLoop, onConnection: @escaping OnConnection
    ) throws(StartFailure) {
        let path = unixSocket.path
        let group = try Self.group(of: unixSocket)
        let file: SocketFile
        do throws(SocketFile.Failure) { file = try SocketFile(path) } catch { throw .socketFile(path: path, error) }
        socketFile = file
        let endpoint = Endpoint.unix(path: path)
        let listener: Listener
        do throws(UVError) {
            listener = try Listener(on: loop, boundTo: endpoint) { onConnection($0, endpoint) }
        } catch {
            throw .unixSocket(path: path, error)
        }
        listeners.append(listener)
        do throws(UVError) {
            try file.setAccess(mode: unixSocket.fileMode, group: group)
        } catch {
            throw .socketAccess(path: path, unixSocket, error)
        }
        // Last: a client that connected before the mode was set would stay connected.
        do throws(UVError) { try listener.listen(backlog: backlog) } catch { throw .unixSocket(path: path, error) }
    }

    private static func group(of unixSocket: UnixSocketConfiguration) throws(StartFailure) -> UInt32? {
        guard let group = unixSocket.group else { return nil }
        guard let number = groupNumber(group) else { throw .noSuchGroup(group) }
        return number
    }
}
