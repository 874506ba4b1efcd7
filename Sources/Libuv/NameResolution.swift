import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension EventLoop {
    /// Finds the addresses of a host, on a pool thread (`uv_getaddrinfo`).
    ///
    /// - Parameters:
    ///   - host: a name, or an IPv4 or IPv6 address as text.
    ///   - port: 0 to 65535; every address that is found gets it.
    ///   - completion: called once on the loop's thread, unless the loop is closed before, with at least one address, each once, in the
    ///     resolver's order.
    /// - Throws: `UVError` where the host is no name at all.
    package func resolve(
        host: String, port: Int, completion: @escaping (Result<[SocketAddress], UVError>) -> Void
    ) throws(UVError) {
        guard !host.isEmpty, !host.utf8.contains(0) else {
            throw UVError(code: .invalidArgument, call: "uv_getaddrinfo")
        }
        var hints = addrinfo()
        hints.ai_socktype = streamSocket
        hints.ai_family = AF_UNSPEC
        try Request<uv_getaddrinfo_t, ResolvedAddresses>.start(
            "uv_getaddrinfo",
            completion: { [self] result in
                requestsOnPool -= 1
                completion(result.addresses(port: port))
            }
        ) { uv_getaddrinfo(raw, $0, resolutionDidEnd, host, nil, &hints) }
        requestsOnPool += 1
    }
}

#if canImport(Glibc)
    private let streamSocket = Int32(SOCK_STREAM.rawValue)
#else
    private let streamSocket = SOCK_STREAM
#endif

/// What `uv_getaddrinfo` reports; the list is to be freed.
private struct ResolvedAddresses {
    let status: Int32
    let first: UnsafeMutablePointer<addrinfo>?

    func addresses(port: Int) -> Result<[SocketAddress], UVError> {
        defer { uv_freeaddrinfo(first) }
        do throws(UVError) { try check("uv_getaddrinfo", status) } catch { return .failure(error) }
        var found: [SocketAddress] = []
        for entry in sequence(first: first, next: { $0?.pointee.ai_next }) {
            guard let entry else { break }
            let family = entry.pointee.ai_family
            guard family == AF_INET || family == AF_INET6, let raw = entry.pointee.ai_addr else { continue }
            let address = SocketAddress(raw).with(port: port)
            if !found.contains(address) { found.append(address) }
        }
        guard !found.isEmpty else {
            return .failure(UVError(code: .noAddress, call: "uv_getaddrinfo"))
        }
        return .success(found)
    }
}

private func resolutionDidEnd(
    _ request: UnsafeMutablePointer<uv_getaddrinfo_t>?, _ status: Int32, _ first: UnsafeMutablePointer<addrinfo>?
) {
    Request<uv_getaddrinfo_t, ResolvedAddresses>.complete(
        request, ResolvedAddresses(status: status, first: first))
}
