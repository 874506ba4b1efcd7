/// Lengths of time as people write them in command lines and files: `30`, `1.5` or `30s`, `500ms`, `2m`, `1h`. A bare
/// number is in seconds.
package enum TimeText {
    /// In milliseconds. The upper bound is about 31 years, so that no sum of two times overflows.
    package static let range = 1...1_000_000_000_000

    private static let units: [(suffix: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000),
    ]

    /// - Returns: milliseconds, rounded; nil if `text` is no time or outside the range.
    package static func milliseconds(_ text: String) -> Int? {
        // `Double` also reads exponents, signs and hexadecimal digits.
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            case let digits = text.dropLast(unit.suffix.count),
            digits.allSatisfy({ ("0"..."9").contains($0) || $0 == "." }),
            let number = Double(digits)
        else { return nil }
        let milliseconds = (number * unit.milliseconds).rounded()
        guard (Double(range.lowerBound)...Double(range.upperBound)).contains(milliseconds) else { return nil }
        return Int(milliseconds)
    }

    /// The time in seconds if it has no fraction, else in milliseconds: `30s`, `1500ms`. `milliseconds(_:)` reads it back.
    package static func text(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
