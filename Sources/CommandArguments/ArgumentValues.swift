package import ArgumentParser
package import TaskCore

/// Reads a length of time, such as `30`, `1.5s` or `2m`.
///
/// - Returns: milliseconds, in `TimeText.range`.
@Sendable package func milliseconds(_ text: String) throws -> Int {
    guard let milliseconds = TimeText.milliseconds(text) else {
        throw ValidationError("it takes a time of at least 1ms, such as 30, 1.5s, 500ms, 2m or 1h")
    }
    return milliseconds
}

/// Reads whole numbers of a range, in decimal digits.
package func wholeNumber(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
        guard let number = Int(text), range.contains(number) else {
            throw ValidationError("it takes a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

/// Reads sizes of a range in bytes, such as `65536` or `64KiB`.
package func byteCount(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
    { text in
        guard let bytes = SizeText.bytes(text), range.contains(bytes) else {
            let ends = "from \(SizeText.text(range.lowerBound)) to \(SizeText.text(range.upperBound))"
            throw ValidationError("it takes a size \(ends), in bytes or with a unit, such as 65536, 64KiB or 1MiB")
        }
        return bytes
    }
}

/// Reads the name of a case.
package func word<Value: CaseIterable & RawRepresentable & Sendable>(
    of type: Value.Type
) -> @Sendable (String) throws -> Value where Value.RawValue == String {
    { text in
        guard let value = Value(rawValue: text) else {
            throw ValidationError("it takes one of \(type.words.joined(separator: ", "))")
        }
        return value
    }
}

extension CaseIterable where Self: RawRepresentable, RawValue == String {
    /// The names of all cases, for completions and messages.
    package static var words: [String] { allCases.map(\.rawValue) }
}

extension Limit {
    @Sendable package func value(_ text: String) throws -> Int {
        switch unit {
        case .bytes: try byteCount(in: range)(text)
        case .count: try wholeNumber(in: range)(text)
        case .milliseconds: try milliseconds(text)
        }
    }
}

/// Both programs spell the size of one read in these ways.
package let receivingBufferSizeName: NameSpecification = [
    .customShort("r", allowingJoined: true), .customLong("receiving_buffer_size"),
    .customLong("receiving-buffer-size"),
]
