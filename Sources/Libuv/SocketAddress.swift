import CLibuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address with a port.
@safe package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    private let bytes: [UInt8]

    /// - Parameter address: a `sockaddr_in` or a `sockaddr_in6`, whole.
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

    /// 0 to 65535. The two families keep the port in the same place.
    package var port: Int { Int(UInt16(bytes[2]) << 8 | UInt16(bytes[3])) }

    /// The same address with another port, 0 to 65535.
    package func with(port: Int) -> SocketAddress {
        SocketAddress(bytes: bytes, port: UInt16(port))
    }

    private init(bytes: [UInt8], port: UInt16) {
        var bytes = bytes
        bytes[2] = UInt8(port >> 8)
        bytes[3] = UInt8(port & 0xFF)
        self.bytes = bytes
    }

    /// The address without its port (`uv_ip_name`).
    package var host: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard withRaw({ uv_ip_name($0, buffer.baseAddress, buffer.count) }) == 0 else { return "?" }
            return String(cString: buffer.baseAddress!)
        }
    }

    /// Whether only this machine can reach it: 127.0.0.0/8, `::1`, or 127.0.0.0/8 written as IPv6.
    package var isLoopback: Bool {
        let host = host
        return host == "::1" || host.hasPrefix("127.") || host.hasPrefix("::ffff:127.")
    }

    /// `127.0.0.1:4321` or `[::1]:4321`.
    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension UVError {
    /// Whether a failure to use `address` means that the machine has no such addresses at all: IPv6 is switched off, or
    /// not even built in.
    package func meansMissingFamily(for address: SocketAddress) -> Bool {
        code == .familyNotSupported || code == .addressNotAvailable && address.isIPv6 && address.isLoopback
    }
}
