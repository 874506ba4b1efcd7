import CLibuv

extension EventLoop {
    /// Resolves a host name on a pool thread (`uv_getaddrinfo`).
    ///
    /// - Parameters:
    ///   - host: a name, or an IPv4 or IPv6 address.
    ///   - port: 0 to 65535; all addresses get it.
    ///   - completion: called once on the loop's thread, unless the loop is closed first. The addresses are in the resolver's
    ///     order, without duplicates; there is at least one.
    /// - Throws: if `host` is empty or contains a NUL.
    package func resolve(
        host: String, port: Int, completion: @escaping (Result<[SocketAddress], UVError>) -> Void
    ) throws(UVError) {
        guard !host.isEmpty, !host.utf8.contains(0) else {
            throw UVError(code: .invalidArgument, call: "uv_getaddrinfo")
        }
        // Without hints, glibc leaves out the addresses of a family for which the system has no address but loopback.
        var hints = addrinfo()
        try Request<uv_getaddrinfo_t, Resolution>.start(
            "uv_getaddrinfo",
            completion: { [self] resolution in
                requestsOnPool -= 1
                completion(resolution.map { addresses in addresses.map { $0.with(port: port) } })
            }
        ) { uv_getaddrinfo(raw, $0, resolutionDidEnd, host, nil, &hints) }
        requestsOnPool += 1
    }
}

private typealias Resolution = Result<[SocketAddress], UVError>

private func addresses(_ status: Int32, _ first: UnsafeMutablePointer<addrinfo>?) -> Resolution {
    if let error = UVError("uv_getaddrinfo", status) { return .failure(error) }
    // The resolver lists an address once for each type of socket.
    var addresses: [SocketAddress] = []
    var next = first
    while let entry = next?.pointee {
        next = entry.ai_next
        guard [AF_INET, AF_INET6].contains(entry.ai_family), let raw = entry.ai_addr else { continue }
        let address = SocketAddress(raw)
        if !addresses.contains(address) { addresses.append(address) }
    }
    return addresses.isEmpty ? .failure(UVError(code: .noAddress, call: "uv_getaddrinfo")) : .success(addresses)
}

private func resolutionDidEnd(
    _ request: UnsafeMutablePointer<uv_getaddrinfo_t>?, _ status: Int32, _ first: UnsafeMutablePointer<addrinfo>?
) {
    defer { uv_freeaddrinfo(first) }
    Request<uv_getaddrinfo_t, Resolution>.complete(request, addresses(status, first))
}
