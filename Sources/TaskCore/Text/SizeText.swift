/// Sizes as people write them, on command lines and in files: `65536`, `64KiB`, `64K`, `64kb`, `1MiB`, `1G`. Units are powers
/// of 1024, whatever their spelling.
package enum SizeText {
    private static let units: [(name: String, bytes: Int, spellings: [String])] = [
        ("", 1, ["", "b"]), ("KiB", 1 << 10, ["k", "kb", "kib"]), ("MiB", 1 << 20, ["m", "mb", "mib"]),
        ("GiB", 1 << 30, ["g", "gb", "gib"]), ("TiB", 1 << 40, ["t", "tb", "tib"]),
    ]

    /// Reads one.
    ///
    /// - Returns: bytes, 0 or more; nil where it is no size, or one that no `Int` can hold.
    package static func bytes(_ text: String) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let suffix = text.dropFirst(digits.count).lowercased()
        guard let number = Int(digits), let unit = units.first(where: { $0.spellings.contains(suffix) }),
            case let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes), !overflow
        else { return nil }
        return bytes
    }

    /// Writes one so that it can be read again, in the largest unit that leaves no fraction: `64KiB`, `1MiB`, `1000`.
    package static func text(_ bytes: Int) -> String {
        let unit = units.last { bytes >= $0.bytes && bytes.isMultiple(of: $0.bytes) }
        return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)"
    }
}
