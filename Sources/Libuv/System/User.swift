#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The number of the user as whom this process acts (`geteuid`).
package var ownUser: UInt32 { geteuid() }

/// The name of a user; nil if the system knows none (`getpwuid_r`). May ask another machine, and wait for it. Invalid UTF-8
/// is replaced by U+FFFD.
package func userName(_ number: UInt32) -> String? {
    withAccountBuffer { buffer in
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        let error = getpwuid_r(number, &entry, buffer.baseAddress!, buffer.count, &found)
        return (error, found == nil ? nil : entry.pw_name.map { String(cString: $0) })
    }
}

/// The number of a group that is given by its name or its number; nil if the system has no such group (`getgrnam_r`).
package func groupNumber(_ text: String) -> UInt32? {
    let named: UInt32? = withAccountBuffer { buffer in
        var entry = group()
        var found: UnsafeMutablePointer<group>?
        let error = getgrnam_r(text, &entry, buffer.baseAddress!, buffer.count, &found)
        return (error, found == nil ? nil : entry.gr_gid)
    }
    // The greatest number means "no change".
    return named ?? UInt32(text).flatMap { $0 == .max ? nil : $0 }
}

#if os(Linux)
    /// The number that stands for all users whom the user namespace of this process does not have (`overflowuid`); nil if it
    /// has all, as it usually does outside of containers.
    package func unmappedUser() -> UInt32? {
        if words(of: "/proc/self/uid_map") == ["0", "0", "4294967295"] { return nil }
        return words(of: "/proc/sys/kernel/overflowuid").first.flatMap { UInt32($0) } ?? 65534
    }

    /// The words of a small file; none if it cannot be read.
    private func words(of path: String) -> [Substring] {
        guard let file = try? SmallFile.open(path, O_RDONLY) else { return [] }
        defer { closeDescriptor(file) }
        let bytes = (try? SmallFile.read(upTo: 4096, from: file)) ?? []
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    }
#else
    package func unmappedUser() -> UInt32? { nil }
#endif

/// Calls `body` with a larger buffer as long as it returns `ERANGE`: an entry of a group lists all members. Gives up at
/// 1 MiB.
private func withAccountBuffer<Found>(
    _ body: (UnsafeMutableBufferPointer<CChar>) -> (error: Int32, found: Found?)
) -> Found? {
    var size = 1024
    while size <= 1 << 20 {
        let (error, found) = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size, body)
        guard error == ERANGE else { return found }
        size *= 4
    }
    return nil
}
