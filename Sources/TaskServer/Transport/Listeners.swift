import Libuv
import Logging

/// The sockets that accept connections: one for each address of the host, all on one port.
struct Listeners {
    private let listeners: [Listener]

    /// At least one.
    var endpoints: [Endpoint] { listeners.compactMap(\.endpoint) }

    func close() {
        for listener in listeners { listener.close() }
    }

    /// Listens on every address of the configured host. The loop runs while the name is resolved. An address of a family
    /// that the machine lacks is logged and skipped.
    ///
    /// - Parameter onConnection: makes a connection of an accepted stream, or counts a pause in accepting.
    /// - Throws: `StartFailure` if any other address cannot be used, or if none is left; then nothing listens.
    static func open(
        _ configuration: ServerConfiguration, on loop: EventLoop, _ logger: Logger,
        onConnection: @escaping (Result<SocketStream, UVError>) -> Void
    ) throws(StartFailure) -> Listeners {
        let addresses = try resolve(configuration, on: loop)
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

    private static func resolve(
        _ configuration: ServerConfiguration, on loop: EventLoop
    ) throws(StartFailure) -> [SocketAddress] {
        var found: Result<[SocketAddress], UVError>?
        do throws(UVError) {
            try loop.resolve(host: configuration.host, port: configuration.port) { found = $0 }
            loop.run { found != nil }
            return try found?.get() ?? []
        } catch {
            throw .nameNotResolved(host: configuration.host, error)
        }
    }

    private static func openOnce(
        _ addresses: [SocketAddress], of configuration: ServerConfiguration, on loop: EventLoop, _ logger: Logger,
        onConnection: @escaping (Result<SocketStream, UVError>) -> Void
    ) throws(StartFailure) -> Listeners {
        var opened: [Listener] = []
        var skipped: UVError?
        for address in addresses {
            let port = opened.first?.endpoint?.port ?? configuration.port
            do throws(UVError) {
                opened.append(
                    try Listener(
                        on: loop, endpoint: .tcp(address.with(port: port)), backlog: configuration.backlog,
                        onConnection: onConnection))
            } catch {
                guard error.meansMissingFamily(for: address) else {
                    Listeners(listeners: opened).close()
                    throw .cannotListen(address.with(port: port), error)
                }
                logger.notice("left out \(address.host): \(error.message)")
                skipped = error
            }
        }
        if opened.isEmpty, let skipped {
            throw .noUsableAddress(host: configuration.host, skipped)
        }
        return Listeners(listeners: opened)
    }
}
