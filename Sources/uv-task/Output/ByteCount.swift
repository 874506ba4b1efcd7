enum ByteCount {
    private static let units = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]

    /// `1 byte`, `512 bytes`, `64 KiB`, `12.3 MiB`. Rounds down.
    static func text(_ bytes: Int) -> String {
        for (unit, name) in units where bytes >= unit {
            let tenths = bytes % unit * 10 / unit
            return tenths == 0 ? "\(bytes / unit) \(name)" : "\(bytes / unit).\(tenths) \(name)"
        }
        return bytes == 1 ? "1 byte" : "\(bytes) bytes"
    }
}
