package import ArgumentParser

/// A length of time on a command line: `30`, `1.5` or `30s`, `500ms`, `2m`, `1h`; a bare number is in seconds.
package struct TimeArgument: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 10^12, some 31 years, so that no sum of two overflows.
    package let milliseconds: UInt64

    private static let range = 1.0...1e12

    /// - Throws: `ValidationError` with what would do.
    @Sendable package static func parse(_ text: String) throws -> TimeArgument {
        let units: [(suffix: String, milliseconds: Double)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let number = Double(text.dropLast(unit.suffix.count)),
            range.contains((number * unit.milliseconds).rounded())
        else { throw ValidationError("it takes a time such as 30, 1.5s, 500ms, 2m or 1h, from 1ms up") }
        return TimeArgument(milliseconds: UInt64((number * unit.milliseconds).rounded()))
    }

    package init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    package var description: String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

/// Reads whole numbers of a range, in decimal digits: ports, sizes and counts.
///
/// - Returns: a reader that throws `ValidationError` with the range.
package func wholeNumber(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
        guard let number = Int(text), range.contains(number) else {
            throw ValidationError("it takes a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

/// Reads sizes of a range: `65536`, `64KiB`, `64K`, `64kb`, `1MiB`, `1G`. Units are powers of 1024, whatever their spelling.
///
/// - Parameter range: in bytes; not negative.
/// - Returns: a reader that gives bytes, and throws `ValidationError` with the range.
package func byteCount(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
        let digits = text.prefix { ("0"..."9").contains($0) }
        let suffix = text.dropFirst(digits.count).lowercased()
        guard let number = Int(digits),
            let unit = byteUnits.first(where: { $0.spellings.contains(suffix) }),
            case let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes), !overflow,
            range.contains(bytes)
        else {
            let ends = "from \(byteCountText(range.lowerBound)) to \(byteCountText(range.upperBound))"
            throw ValidationError("it takes a size \(ends), in bytes or with a unit: 65536, 64KiB, 1MiB")
        }
        return bytes
    }
}

/// A size as `byteCount` reads it, in the largest unit that leaves no fraction: `64KiB`, `1MiB`, `1000`.
package func byteCountText(_ bytes: Int) -> String {
    let unit = byteUnits.last { bytes >= $0.bytes && bytes.isMultiple(of: $0.bytes) }
    return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)"
}

private let byteUnits: [(name: String, bytes: Int, spellings: [String])] = [
    ("", 1, ["", "b"]), ("KiB", 1 << 10, ["k", "kb", "kib"]), ("MiB", 1 << 20, ["m", "mb", "mib"]),
    ("GiB", 1 << 30, ["g", "gb", "gib"]), ("TiB", 1 << 40, ["t", "tb", "tib"]),
]

/// What sizes and counts may be: more than any machine reaches.
package let countRange = 1...(1 << 30)

/// The size of one read has the same names in both programs.
package let receivingBufferSizeName: NameSpecification = [
    .customShort("r", allowingJoined: true), .customLong("receiving_buffer_size"),
    .customLong("receiving-buffer-size"),
]
