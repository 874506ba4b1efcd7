/// Where a listener accepts connections, or the other end of a connection.
package enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    case tcp(SocketAddress)

    /// Nil without TCP.
    package var port: Int? {
        switch self {
        case .tcp(let address): address.port
        }
    }

    package var isLoopback: Bool {
        switch self {
        case .tcp(let address): address.isLoopback
        }
    }

    /// `127.0.0.1:4321` or `[::1]:4321`.
    package var description: String {
        switch self {
        case .tcp(let address): address.description
        }
    }
}
