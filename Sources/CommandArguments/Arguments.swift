import ArgumentParser

/// A length of time on a command line: `30`, `1.5` or `30s`, `500ms`, `2m`, `1h`; a bare number is in seconds.
package struct TimeArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    /// 1 to some 31 years, so that no sum of two overflows.
    package let milliseconds: UInt64

    private static let mostMilliseconds = 1e12

    /// - Returns: nil for what is no time, for less than a millisecond, and for more than some 31 years.
    package init?(argument: String) {
        let units: [(suffix: String, milliseconds: Double)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000),
        ]
        guard let unit = units.first(where: { argument.hasSuffix($0.suffix) }),
            let number = Double(argument.dropLast(unit.suffix.count))
        else { return nil }
        let milliseconds = (number * unit.milliseconds).rounded()
        guard milliseconds >= 1, milliseconds <= Self.mostMilliseconds else { return nil }
        self.milliseconds = UInt64(milliseconds)
    }

    package init(seconds: Int) { milliseconds = UInt64(seconds) * 1000 }

    package var description: String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

/// A TCP port: 0 to 65535.
package struct PortArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    package init?(argument: String) {
        guard let number = UInt16(argument) else { return nil }
        self.number = Int(number)
    }

    package var description: String { String(number) }
}

/// A whole number from 1 to a bound that no machine reaches: sizes and counts.
package struct CountArgument: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    package let value: Int

    package init(_ value: Int) { self.value = value }

    package init?(argument: String) {
        guard let value = Int(argument), (1...(1 << 30)).contains(value) else { return nil }
        self.value = value
    }

    package var description: String { String(value) }
}
