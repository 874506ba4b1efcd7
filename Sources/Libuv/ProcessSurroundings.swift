import CLibuv
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes the process fit for a loop. To be called once, before the first loop is made.
///
/// SIGPIPE is ignored: libuv 1.44 writes without `MSG_NOSIGNAL`, and a write to a closed connection must be an
/// error, not the end of the process. Standard streams that are closed are filled with what fails when it is
/// used, since a socket in their place would be written to, and libuv aborts when it closes one (`uv__close`). Memory of large
/// blocks is given back when they are freed (`mallopt`). Descriptors beside the standard streams, which whoever started it has
/// left open, stay its own. No signal is blocked: libuv would wait in vain for a child's end.
package func prepareProcess() {
    uv_task_close_on_exec_from(3)
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    signal(SIGPIPE, SIG_IGN)
    uv_task_give_back_large_blocks()
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
        _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
}

/// Ends the process.
///
/// Where a pool thread is still at work that can't be stopped, it is not waited for: `exit` would run libuv's
/// destructor, which joins its threads.
package func leaveProcess(_ code: Int32) -> Never {
    if loopsLeftOpen.withLock(\.isEmpty) { exit(code) } else { _exit(code) }
}

/// Ends the process as a signal does that nobody catches (`sigaction`, `kill`).
///
/// A shell that runs a loop or a script goes on after a program that only exits with 128 + the signal's number, but ends
/// with one that the signal itself has ended; its `$?` is the same.
package func leaveProcess(by signal: Signal) -> Never {
    setDefaultAction(of: signal)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, signal.number)
    sigprocmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), signal.number)
    leaveProcess(128 + signal.number)
}

private func setDefaultAction(of watched: Signal) { _ = signal(watched.number, SIG_DFL) }

/// The number of this process (`uv_os_getpid`).
package var processIdentifier: Int { Int(uv_os_getpid()) }

/// A variable of the environment (`uv_os_getenv`).
///
/// - Returns: nil where it is not set. Bytes that are not UTF-8 are replaced by U+FFFD.
package func environmentVariable(_ name: String) -> String? {
    // C would end the name there, and find another variable.
    guard !name.utf8.contains(0) else { return nil }
    var value = [UInt8](repeating: 0, count: 256)
    while true {
        var size = value.count
        let result = value.withUnsafeMutableBytes {
            uv_os_getenv(name, $0.baseAddress!.assumingMemoryBound(to: CChar.self), &size)
        }
        switch result {
        case 0: return String(decoding: value.prefix(size), as: UTF8.self)
        case UV_ENOBUFS.rawValue: value = [UInt8](repeating: 0, count: size)
        default: return nil
        }
    }
}

/// 64 bits that nobody can foretell (`uv_random`). Ends the process where the system has no randomness.
package func randomBits() -> UInt64 {
    var bits: UInt64 = 0
    guard uv_random(nil, nil, &bits, MemoryLayout.size(ofValue: bits), 0, nil) == 0 else {
        fatalError("the system has no randomness")
    }
    return bits
}

/// The time of day in milliseconds since 1970, UTC (`uv_gettimeofday`).
///
/// It jumps, back too, when the system's clock is set: what measures time uses the loop's `now`.
package func wallClock() -> Int {
    var time = uv_timeval64_t()
    // Fails only where it gets no place for the time.
    uv_gettimeofday(&time)
    return Int(time.tv_sec) * 1000 + Int(time.tv_usec) / 1000
}

/// A time of day as a clock on the wall shows it, with its distance from UTC: `2026-11-23T11:38:11+0000`
/// (`localtime_r`, `strftime`).
///
/// - Parameter time: in milliseconds since 1970, UTC.
package func localTimeText(_ time: Int) -> String {
    var seconds = time_t(time / 1000)
    var fields = tm()
    guard localtime_r(&seconds, &fields) != nil else { return "-" }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
        // Empty, and without an end, where there is no room.
        guard strftime(text.baseAddress!, text.count, "%Y-%m-%dT%H:%M:%S%z", &fields) > 0 else { return "-" }
        return String(cString: text.baseAddress!)
    }
}

/// The process's output streams.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all of `text`, waiting where the reader is slow.
    package func write(_ text: String) throws(UVError) {
        try write(Array(text.utf8))
    }

    /// Writes all of `bytes` as they are, waiting where the reader is slow.
    package func write(_ bytes: [UInt8]) throws(UVError) {
        try SmallFile.write(bytes, to: rawValue)
    }
}
