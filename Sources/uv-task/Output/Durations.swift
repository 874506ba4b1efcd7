/// Milliseconds in words. Those below 0 count as none.
package enum Durations {
    private static let second = 1000
    private static let minute = 60 * second
    private static let hour = 60 * minute
    private static let day = 24 * hour

    /// Of an estimate: `less than 1 s`, `about 9 s`, `about 2 min`, `about 3 h`, `about 5 days`.
    package static func about(_ milliseconds: Int) -> String {
        milliseconds < second ? "less than 1 s" : "about \(rough(milliseconds))"
    }

    /// Of an estimate, in a table: `<1 s`, `9 s`, `2 min`, `3 h`, `5 days`.
    ///
    /// Rounded to the nearest; a unit is left where its number would become hard to feel.
    package static func rough(_ milliseconds: Int) -> String {
        let units = [(second, "s", 99), (minute, "min", 99), (hour, "h", 47)]
        if milliseconds < second { return "<1 s" }
        for (unit, name, largest) in units where rounded(milliseconds, unit) <= largest {
            return "\(rounded(milliseconds, unit)) \(name)"
        }
        return "\(rounded(milliseconds, day)) days"
    }

    /// Of what was measured: `0.3 s`, `12.0 s`, `3 min 5 s`, `2 h 4 min`, `5 days`.
    ///
    /// What is over is cut off, so that 60.0 s never appears.
    package static func short(_ milliseconds: Int) -> String {
        let time = max(milliseconds, 0)
        if time < minute { return "\(time / second).\(time % second / 100) s" }
        if time < hour { return "\(time / minute) min \(time % minute / second) s" }
        if time < 2 * day { return "\(time / hour) h \(time % hour / minute) min" }
        return "\(time / day) days"
    }

    /// Of what goes on, told anew each second: `0 s`, `12 s`, `3 min 5 s`, `2 h 4 min`, `5 days`.
    package static func running(_ milliseconds: Int) -> String {
        milliseconds < minute ? "\(max(milliseconds, 0) / second) s" : short(milliseconds)
    }

    /// Of what somebody chose, exactly: `0 s`, `500 ms`, `30 s`, `90 s`, `10 min`, `24 h`.
    package static func exact(_ milliseconds: Int) -> String {
        let time = max(milliseconds, 0)
        if time == 0 { return "0 s" }
        for (unit, name) in [(hour, "h"), (minute, "min"), (second, "s")] where time % unit == 0 {
            return "\(time / unit) \(name)"
        }
        return "\(time) ms"
    }

    /// Of what is past: `just now`, `3 s ago`, `5 min ago`, `2 h ago`, `3 days ago`.
    package static func ago(_ milliseconds: Int) -> String {
        for (unit, name, from) in [(day, "days", 2 * day), (hour, "h", hour), (minute, "min", minute)]
        where milliseconds >= from {
            return "\(milliseconds / unit) \(name) ago"
        }
        return milliseconds < second ? "just now" : "\(milliseconds / second) s ago"
    }

    /// From one moment to a later one; 0 where it is not later, as between two machines' clocks.
    static func between(_ start: Int, _ end: Int) -> Int {
        // The moments come from the server, and may be anything.
        let (difference, overflow) = end.subtractingReportingOverflow(start)
        if overflow { return end > start ? .max : 0 }
        return max(difference, 0)
    }

    private static func rounded(_ milliseconds: Int, _ unit: Int) -> Int {
        milliseconds / unit + (milliseconds % unit >= unit / 2 ? 1 : 0)
    }
}
