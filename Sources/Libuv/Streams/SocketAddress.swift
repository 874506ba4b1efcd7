import CLibuv

/// An IPv4 or IPv6 address with a port.
@safe package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    private var bytes: [UInt8]

    /// - Parameter address: a `sockaddr_in` or `sockaddr_in6`.
    init(_ address: UnsafePointer<sockaddr>) {
        let size =
            Int32(address.pointee.sa_family) == AF_INET6
            ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        bytes = Array(UnsafeRawBufferPointer(start: address, count: size))
    }

    func withRaw<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        bytes.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self)) }
    }

    package var isIPv6: Bool { withRaw { Int32($0.pointee.sa_family) == AF_INET6 } }

    /// 0 to 65535. Both families store it at the same offset.
    package var port: Int { Int(UInt16(bytes[2]) << 8 | UInt16(bytes[3])) }

    /// - Parameter port: 0 to 65535.
    package func with(port: Int) -> SocketAddress {
        var other = self
        other.bytes[2] = UInt8(port >> 8)
        other.bytes[3] = UInt8(port & 0xFF)
        return other
    }

    /// The address without the port (`uv_ip_name`).
    package var host: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard withRaw({ uv_ip_name($0, buffer.baseAddress, buffer.count) }) == 0 else { return "?" }
            return String(cString: buffer.baseAddress!)
        }
    }

    /// Whether only this machine can reach the address: 127.0.0.0/8, `::1`, or an IPv4-mapped 127.0.0.0/8.
    package var isLoopback: Bool {
        let host = host
        return host == "::1" || host.hasPrefix("127.") || host.hasPrefix("::ffff:127.")
    }

    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension UVError {
    /// Whether `address` cannot be used because the system does not support its family, such as IPv6.
    package func meansMissingFamily(for address: SocketAddress) -> Bool {
        code == .familyNotSupported || code == .addressNotAvailable && address.isIPv6 && address.isLoopback
    }
}
