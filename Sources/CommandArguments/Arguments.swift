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

/// What sizes and counts may be: more than any machine reaches.
package let countRange = 1...(1 << 30)

/// The size of one read has the same names in both programs.
package let receivingBufferSizeName: NameSpecification = [
    .customShort("r", allowingJoined: true), .customLong("receiving_buffer_size"),
    .customLong("receiving-buffer-size"),
]
