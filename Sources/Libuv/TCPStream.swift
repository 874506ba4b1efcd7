import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One TCP connection (`uv_tcp_t`).
@safe package final class TCPStream: ByteStream {
    /// An unconnected stream (`uv_tcp_init`).
    package init(on loop: EventLoop) throws(UVError) {
        try super.init(UV_TCP, on: loop, "uv_tcp_init") {
            uv_tcp_init(loop.raw, $0.assumingMemoryBound(to: uv_tcp_t.self))
        }
    }

    var tcp: UnsafeMutablePointer<uv_tcp_t> { raw.assumingMemoryBound(to: uv_tcp_t.self) }

    /// Connects (`uv_tcp_connect`).
    ///
    /// - Parameter completion: called once, with the failure if there was one; with `cancelled` where the stream is
    ///   closed before, and that is told even then.
    package func connect(
        to address: SocketAddress, completion: @escaping (UVError?) -> Void
    ) throws(UVError) {
        try checkOpen("uv_tcp_connect")
        try Request<uv_connect_t, Int32>.start(
            "uv_tcp_connect",
            completion: { status in
                do throws(UVError) {
                    try check("uv_tcp_connect", status)
                    completion(nil)
                } catch { completion(error) }
            }
        ) { request in address.withRaw { uv_tcp_connect(request, tcp, $0, connectDidEnd) } }
    }

    /// Takes over a connected socket, which it closes with itself (`uv_tcp_open`). Where this throws, it is the caller's still.
    func open(_ socket: Int32) throws(UVError) {
        try check("uv_tcp_open", uv_tcp_open(tcp, socket))
    }
}

/// Asks libuv for an address of a socket; nil where there is none.
func socketAddress(
    _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
) -> SocketAddress? {
    var storage = sockaddr_storage()
    var size = Int32(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &storage) { bytes in
        let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
        return ask(address, &size) == 0 ? SocketAddress(address) : nil
    }
}

private func connectDidEnd(_ request: UnsafeMutablePointer<uv_connect_t>?, _ status: Int32) {
    Request<uv_connect_t, Int32>.complete(request, status)
}
