/// A point in time: milliseconds since 1970 in UTC. The server's clock is Unix time at its start plus the monotonic
/// clock, so it never goes back.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int

    package init(milliseconds: Int) { self.milliseconds = milliseconds }

    /// The latest possible time if the sum is later than that.
    package func advanced(by milliseconds: Int) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds.addingClamped(milliseconds))
    }

    /// The milliseconds from `earlier` to this time; 0 if `earlier` is later.
    package func milliseconds(since earlier: Timestamp) -> Int {
        max(0, milliseconds.addingClamped(earlier.milliseconds, times: -1))
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
}

extension Int {
    /// `self + number * count`; `Int.max` or `Int.min` instead of an overflow. Durations come from operators, and their
    /// sums may exceed any number.
    package func addingClamped(_ number: Int, times count: Int = 1) -> Int {
        let (product, productOverflows) = number.multipliedReportingOverflow(by: count)
        let isNegative = (number < 0) != (count < 0)
        if productOverflows { return isNegative ? .min : .max }
        let (sum, sumOverflows) = addingReportingOverflow(product)
        return sumOverflows ? (isNegative ? .min : .max) : sum
    }
}
