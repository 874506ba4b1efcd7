import Libuv
import Logging

/// The sockets on which a server takes connections: one for each address of its host, all on one port.
struct Listeners {
    private let listeners: [TCPListener]

    /// The addresses that are listened on, at least one.
    var addresses: [SocketAddress] { listeners.compactMap(\.address) }

    func close() {
        for listener in listeners { listener.close() }
    }

    /// Listens on every address of the configured host; the loop runs while its name is resolved. An address of a
    /// family that the machine lacks is logged and left out.
    ///
    /// - Throws: `StartFailure` at any other failure, or where no address is left; nothing listens then.
    static func open(
        _ configuration: ServerConfiguration, on loop: EventLoop, _ logger: Logger,
        onConnection: @escaping (Result<TCPStream, UVError>) -> Void
    ) throws(StartFailure) -> Listeners {
        let addresses = try resolve(configuration, on: loop)
        // With port 0 the first address chooses; the others may find that port taken by a stranger.
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
        onConnection: @escaping (Result<TCPStream, UVError>) -> Void
    ) throws(StartFailure) -> Listeners {
        var opened: [TCPListener] = []
        var leftOut: UVError?
        for address in addresses {
            let port = opened.first?.address?.port ?? configuration.port
            do throws(UVError) {
                opened.append(
                    try TCPListener(
                        on: loop, address: address.with(port: port), backlog: configuration.backlog,
                        onConnection: onConnection))
            } catch {
                guard error.meansMissingFamily(for: address) else {
                    Listeners(listeners: opened).close()
                    throw .cannotListen(address.with(port: port), error)
                }
                logger.notice("left out \(address.host): \(error.message)")
                leftOut = error
            }
        }
        if opened.isEmpty, let leftOut {
            throw .noUsableAddress(host: configuration.host, leftOut)
        }
        return Listeners(listeners: opened)
    }
}
