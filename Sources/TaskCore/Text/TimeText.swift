/// Lengths of time as people write them, on command lines and in files: `30`, `1.5` or `30s`, `500ms`, `2m`, `1h`; a bare
/// number is in seconds.
package enum TimeText {
    /// In milliseconds; 10^12 are some 31 years, so that no sum of two overflows.
    package static let range: ClosedRange<UInt64> = 1...1_000_000_000_000

    private static let units: [(suffix: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000),
    ]

    /// Reads one.
    ///
    /// - Returns: milliseconds, rounded; nil where it is no time, or not in the range.
    package static func milliseconds(_ text: String) -> UInt64? {
        // `Double` takes more than people mean: exponents, signs, hexadecimal digits.
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            case let digits = text.dropLast(unit.suffix.count),
            digits.allSatisfy({ ("0"..."9").contains($0) || $0 == "." }),
            let number = Double(digits)
        else { return nil }
        let milliseconds = (number * unit.milliseconds).rounded()
        guard (Double(range.lowerBound)...Double(range.upperBound)).contains(milliseconds) else { return nil }
        return UInt64(milliseconds)
    }

    /// Writes one so that it can be read again: `30s`, `1500ms`.
    package static func text(_ milliseconds: UInt64) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
