import CLibuv

/// The Unix time in milliseconds (`uv_gettimeofday`).
///
/// It jumps when the system's clock is set. Use the loop's `now` to measure durations.
package func wallClock() -> Int {
    var time = uv_timeval64_t()
    // Fails only for a null pointer.
    uv_gettimeofday(&time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_usec) / 1000
}

/// The local time with its offset from UTC, `2026-11-23T11:38:11+0000` (`localtime_r`, `strftime`).
///
/// - Parameter time: Unix time in milliseconds.
package func localTimeText(_ time: Int) -> String {
    var seconds = time_t(time / 1000)
    var fields = tm()
    guard localtime_r(&seconds, &fields) != nil else { return "-" }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
        // Returns 0 if the text does not fit; the buffer is then undefined.
        guard strftime(text.baseAddress!, text.count, "%Y-%m-%dT%H:%M:%S%z", &fields) > 0 else { return "-" }
        return String(cString: text.baseAddress!)
    }
}
