package import ArgumentParser
import TaskCore

/// A length of time on a command line, as `TimeText` reads it.
package struct TimeArgument: Hashable, Sendable, CustomStringConvertible {
    /// In `TimeText.range`.
    package let milliseconds: UInt64

    /// - Throws: `ValidationError` with what would do.
    @Sendable package static func parse(_ text: String) throws -> TimeArgument {
        guard let milliseconds = TimeText.milliseconds(text) else {
            throw ValidationError("it takes a time such as 30, 1.5s, 500ms, 2m or 1h, from 1ms up")
        }
        return TimeArgument(milliseconds: milliseconds)
    }

    package init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    package var description: String { TimeText.text(milliseconds) }
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

/// Reads sizes of a range, as `SizeText` does.
///
/// - Parameter range: in bytes; not negative.
/// - Returns: a reader that gives bytes, and throws `ValidationError` with the range.
package func byteCount(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
        guard let bytes = SizeText.bytes(text), range.contains(bytes) else {
            let ends = "from \(SizeText.text(range.lowerBound)) to \(SizeText.text(range.upperBound))"
            throw ValidationError("it takes a size \(ends), in bytes or with a unit: 65536, 64KiB, 1MiB")
        }
        return bytes
    }
}

/// What sizes and counts may be: more than any machine reaches.
package let countRange = 1...(1 << 30)

/// The size of one read has the same names in both programs.
package let receivingBufferSizeName: NameSpecification = [
    .customShort("r", allowingJoined: true), .customLong("receiving_buffer_size"),
    .customLong("receiving-buffer-size"),
]
