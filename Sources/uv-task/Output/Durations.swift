/// Lengths of time in milliseconds as text. Negative ones count as 0.
enum Durations {
    private static let second = 1000
    private static let minute = 60 * second
    private static let hour = 60 * minute
    private static let day = 24 * hour

    /// An estimate: `less than 1 s`, `about 9 s`, `about 2 min`, `about 3 h`, `about 5 days`.
    static func about(_ milliseconds: Int) -> String {
        milliseconds < second ? "less than 1 s" : "about \(rough(milliseconds))"
    }

    /// An estimate in a table: `<1 s`, `9 s`, `2 min`, `3 h`, `5 days`. Rounds to the nearest.
    static func rough(_ milliseconds: Int) -> String {
        let units = [(second, "s", 99), (minute, "min", 99), (hour, "h", 47)]
        if milliseconds < second { return "<1 s" }
        for (unit, name, largest) in units where rounded(milliseconds, unit) <= largest {
            return "\(rounded(milliseconds, unit)) \(name)"
        }
        return "\(rounded(milliseconds, day)) days"
    }

    /// A measured time: `0.3 s`, `12.0 s`, `3 min 5 s`, `2 h 4 min`, `5 days`. Rounds down, so that 60.0 s never appears.
    static func short(_ milliseconds: Int) -> String {
        let time = max(milliseconds, 0)
        if time < minute { return "\(time / second).\(time % second / 100) s" }
        if time < hour { return "\(time / minute) min \(time % minute / second) s" }
        if time < 2 * day { return "\(time / hour) h \(time % hour / minute) min" }
        return "\(time / day) days"
    }

    /// A time that grows while it is shown: `0 s`, `12 s`, `3 min 5 s`, `2 h 4 min`, `5 days`.
    static func running(_ milliseconds: Int) -> String {
        milliseconds < minute ? "\(max(milliseconds, 0) / second) s" : short(milliseconds)
    }

    /// A chosen time, exactly: `0 s`, `500 ms`, `30 s`, `90 s`, `10 min`, `24 h`.
    static func exact(_ milliseconds: Int) -> String {
        let time = max(milliseconds, 0)
        if time == 0 { return "0 s" }
        for (unit, name) in [(hour, "h"), (minute, "min"), (second, "s")] where time % unit == 0 {
            return "\(time / unit) \(name)"
        }
        return "\(time) ms"
    }

    /// A past time: `just now`, `3 s ago`, `5 min ago`, `2 h ago`, `3 days ago`.
    static func ago(_ milliseconds: Int) -> String {
        for (unit, name, from) in [(day, "days", 2 * day), (hour, "h", hour), (minute, "min", minute)]
        where milliseconds >= from {
            return "\(milliseconds / unit) \(name) ago"
        }
        return milliseconds < second ? "just now" : "\(milliseconds / second) s ago"
    }

    /// The time from `start` to `end`; 0 if `end` is earlier, which the clocks of two machines can cause.
    static func between(_ start: Int, _ end: Int) -> Int {
        // The server may send any numbers.
        let (difference, overflow) = end.subtractingReportingOverflow(start)
        if overflow { return end > start ? .max : 0 }
        return max(difference, 0)
    }

    private static func rounded(_ milliseconds: Int, _ unit: Int) -> Int {
        milliseconds / unit + (milliseconds % unit >= unit / 2 ? 1 : 0)
    }
}
