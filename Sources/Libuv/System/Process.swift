import CLibuv
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Prepares the process for event loops. Must be called once, before the first loop is created.
///
/// - Inherited descriptors other than the standard streams are not passed on to children.
/// - All signals are unblocked: libuv learns of the end of a child by `SIGCHLD`.
/// - `SIGPIPE` is ignored: libuv 1.44 writes without `MSG_NOSIGNAL`, and a write to a closed connection must be an error.
/// - Large blocks of memory return to the system when they are freed (`mallopt`).
/// - Closed standard streams are opened on `/dev/null` such that using them fails. Otherwise a socket could get their
///   number, be written to as if it were the stream, and abort the process when libuv closes it (`uv__close`).
package func prepareProcess() {
    uv_task_close_on_exec_from(3)
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    signal(SIGPIPE, SIG_IGN)
    uv_task_return_large_blocks()
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
        _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
}

/// Ends the process.
///
/// `exit` runs libuv's destructor, which joins the pool threads. If one of them still works for a closed loop, `_exit`
/// is used.
package func exitProcess(_ code: Int32) -> Never {
    if unfinishedLoops.withLock(\.isEmpty) { exit(code) } else { _exit(code) }
}

/// Ends the process by the default action of a signal.
///
/// A shell loop or script ends if a signal ended its program, but continues after an exit code of 128 + the signal's number.
package func exitProcess(by cause: Signal) -> Never {
    signal(cause.number, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, cause.number)
    sigprocmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), cause.number)
    exitProcess(128 + cause.number)
}

#if !os(Linux)
    /// The file of this program (`uv_exepath`).
    package func programPath() throws(UVError) -> String {
        var path = [CChar](repeating: 0, count: 4096)
        var size = path.count
        try check("uv_exepath", uv_exepath(&path, &size))
        return String(decoding: path.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
#endif

package var processIdentifier: Int { Int(uv_os_getpid()) }

/// The value of an environment variable (`getenv`). Invalid UTF-8 is replaced by U+FFFD.
package func environmentVariable(_ name: String) -> String? {
    // C would cut the name at a NUL and find another variable.
    guard !name.utf8.contains(0), let value = getenv(name) else { return nil }
    return String(cString: value)
}

/// 64 unpredictable bits (`uv_random`). Ends the process if the system has no randomness.
package func randomBits() -> UInt64 {
    var bits: UInt64 = 0
    guard uv_random(nil, nil, &bits, MemoryLayout.size(ofValue: bits), 0, nil) == 0 else {
        fatalError("the system has no randomness")
    }
    return bits
}
