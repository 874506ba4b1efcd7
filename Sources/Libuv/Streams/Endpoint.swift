import CLibuv

/// Where a listener accepts connections, or the other end of a connection. Binding, connecting
/// and naming a socket are here.
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

extension Endpoint {
    /// The silence after which the system probes the peer of an accepted connection, in seconds.
    private static let keepAlive: UInt32 = 60

    /// Binds a socket that is to listen (`uv_tcp_bind`).
    func bind(_ socket: UnsafeMutablePointer<uv_tcp_t>) throws(UVError) {
        switch self {
        case .tcp(let address):
            try check("uv_tcp_bind", address.withRaw { uv_tcp_bind(socket, $0, 0) })
            // uv_tcp_bind does not report an address in use, uv_tcp_getsockname does. Without this check listen(2) would
            // bind the socket to a random port.
            _ = try Endpoint(boundBy: socket, "uv_tcp_bind")
            // Accepted sockets inherit the option.
            try check("uv_tcp_keepalive", uv_tcp_keepalive(socket, 1, Self.keepAlive))
        }
    }

    /// Starts to connect a socket (`uv_tcp_connect`), and returns libuv's result.
    func connect(
        _ socket: UnsafeMutablePointer<uv_tcp_t>, _ request: UnsafeMutablePointer<uv_connect_t>,
        _ completion: uv_connect_cb
    ) -> Int32 {
        switch self {
        case .tcp(let address): address.withRaw { uv_tcp_connect(request, socket, $0, completion) }
        }
    }

    /// The endpoint that a socket is bound to (`uv_tcp_getsockname`).
    ///
    /// - Parameter call: the call that failed if this does.
    init(boundBy socket: UnsafeMutablePointer<uv_tcp_t>, _ call: String = "uv_tcp_getsockname") throws(UVError) {
        self = try Self.tcp(call) { uv_tcp_getsockname(socket, $0, $1) }
    }

    /// The other end of a connected socket (`uv_tcp_getpeername`).
    init(connectedTo socket: UnsafeMutablePointer<uv_tcp_t>) throws(UVError) {
        self = try Self.tcp("uv_tcp_getpeername") { uv_tcp_getpeername(socket, $0, $1) }
    }

    private static func tcp(
        _ name: String, _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
    ) throws(UVError) -> Endpoint {
        var storage = sockaddr_storage()
        var size = Int32(MemoryLayout<sockaddr_storage>.size)
        return try withUnsafeMutableBytes(of: &storage) { bytes throws(UVError) in
            let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            try check(name, call(address, &size))
            return .tcp(SocketAddress(address))
        }
    }
}
