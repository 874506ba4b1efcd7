import CLibuv

/// Where a listener accepts connections, or the other end of a connection.
///
/// Unix sockets use `uv_tcp_t`, too: libuv accepts any connected stream socket in one (`uv_tcp_open`).
package enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    case tcp(SocketAddress)
    /// - Parameter path: empty for the connecting side, which has none.
    case unix(path: String)

    /// The longest path of a unix socket, in bytes.
    package static let longestPath = Int(uv_task_unix_path_limit)

    /// Nil without TCP.
    package var port: Int? {
        switch self {
        case .tcp(let address): address.port
        case .unix: nil
        }
    }

    /// Whether only this machine can reach the endpoint.
    package var isLocal: Bool {
        switch self {
        case .tcp(let address): address.isLoopback
        case .unix: true
        }
    }

    /// `127.0.0.1:4321`, `[::1]:4321` or `/run/uv-task/socket`.
    package var description: String {
        switch self {
        case .tcp(let address): address.description
        case .unix(let path): path
        }
    }
}

extension Endpoint {
    /// The silence after which the system probes the peer of an accepted connection, in seconds.
    private static let keepAlive: UInt32 = 60

    /// Binds a socket that is to listen (`uv_tcp_bind`). Only its owner may open the file of a unix socket: see `SocketFile`.
    func bind(_ socket: UnsafeMutablePointer<uv_tcp_t>) throws(UVError) {
        switch self {
        case .tcp(let address):
            try check("uv_tcp_bind", address.withRaw { uv_tcp_bind(socket, $0, 0) })
            // uv_tcp_bind does not report an address in use, uv_tcp_getsockname does. Without this check listen(2) would
            // bind the socket to a random port.
            _ = try Endpoint(boundBy: socket, "uv_tcp_bind")
            // Accepted sockets inherit the option.
            try check("uv_tcp_keepalive", uv_tcp_keepalive(socket, 1, Self.keepAlive))
        case .unix(let path):
            try Self.open(socket, try check("bind", uv_task_bind_unix(path)))
        }
    }

    /// Starts to connect a socket (`uv_tcp_connect`, or `connect` for a unix socket, which ends at once).
    ///
    /// - Parameter completion: called once, unless this throws. A unix socket fails with `tryAgain` while the listener's
    ///   backlog is full.
    func connect(
        _ socket: UnsafeMutablePointer<uv_tcp_t>, completion: @escaping (UVError?) -> Void
    ) throws(UVError) {
        switch self {
        case .tcp(let address):
            try Request<uv_connect_t, Int32>.start(
                "uv_tcp_connect", completion: { completion(UVError("uv_tcp_connect", $0)) }
            ) { request in address.withRaw { uv_tcp_connect(request, socket, $0, connectDidEnd) } }
        case .unix(let path):
            try Self.open(socket, try check("connect", uv_task_connect_unix(path)))
            completion(nil)
        }
    }

    private static func open(_ socket: UnsafeMutablePointer<uv_tcp_t>, _ descriptor: Int32) throws(UVError) {
        try onFailure({ closeDescriptor(descriptor) }) { () throws(UVError) in
            try check("uv_tcp_open", uv_tcp_open(socket, descriptor))
        }
    }

    /// The endpoint that a socket is bound to (`uv_tcp_getsockname`).
    ///
    /// - Parameter call: the call that failed if this does.
    init(boundBy socket: UnsafeMutablePointer<uv_tcp_t>, _ call: String = "uv_tcp_getsockname") throws(UVError) {
        self = try Self.named(call) { uv_tcp_getsockname(socket, $0, $1) }
    }

    /// The other end of a connected socket (`uv_tcp_getpeername`).
    init(connectedTo socket: UnsafeMutablePointer<uv_tcp_t>) throws(UVError) {
        self = try Self.named("uv_tcp_getpeername") { uv_tcp_getpeername(socket, $0, $1) }
    }

    private static func named(
        _ name: String, _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
    ) throws(UVError) -> Endpoint {
        // Zeros end a path that fills its field.
        var storage = sockaddr_storage()
        var size = Int32(MemoryLayout<sockaddr_storage>.size)
        return try withUnsafeMutableBytes(of: &storage) { bytes throws(UVError) in
            let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            try check(name, call(address, &size))
            guard Int32(address.pointee.sa_family) == AF_UNIX else { return .tcp(SocketAddress(address)) }
            let path = bytes[MemoryLayout<sockaddr_un>.offset(of: \.sun_path)!...].prefix { $0 != 0 }
            return .unix(path: String(decoding: path, as: UTF8.self))
        }
    }
}

private func connectDidEnd(_ request: UnsafeMutablePointer<uv_connect_t>?, _ status: Int32) {
    Request<uv_connect_t, Int32>.complete(request, status)
}
