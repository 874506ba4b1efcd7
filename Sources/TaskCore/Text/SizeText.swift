/// Sizes as people write them in command lines and files: `65536`, `64KiB`, `64K`, `64kb`, `1MiB`, `1G`. Every unit is a
/// power of 1024, whatever its spelling.
package enum SizeText {
    private static let units: [(name: String, bytes: Int, spellings: [String])] = [
        ("", 1, ["", "b"]), ("KiB", 1 << 10, ["k", "kb", "kib"]), ("MiB", 1 << 20, ["m", "mb", "mib"]),
        ("GiB", 1 << 30, ["g", "gb", "gib"]), ("TiB", 1 << 40, ["t", "tb", "tib"]),
    ]

    /// - Returns: bytes, 0 or more; nil if `text` is no size or exceeds `Int`.
    package static func bytes(_ text: String) -> Int? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let suffix = text.dropFirst(digits.count).lowercased()
        guard let number = Int(digits), let unit = units.first(where: { $0.spellings.contains(suffix) }),
            case let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes), !overflow
        else { return nil }
        return bytes
    }

    /// The size in the largest unit that leaves no fraction: `64KiB`, `1MiB`, `1000`. `bytes(_:)` reads it back.
    package static func text(_ bytes: Int) -> String {
        let unit = units.last { bytes >= $0.bytes && bytes.isMultiple(of: $0.bytes) }
        return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)"
    }
}
