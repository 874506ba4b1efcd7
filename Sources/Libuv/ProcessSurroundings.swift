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
/// used, since a socket in their place would be written to, and libuv aborts when it closes one (`uv__close`).
package func prepareProcess() {
    signal(SIGPIPE, SIG_IGN)
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

/// The number of this process (`uv_os_getpid`).
package var processIdentifier: Int { Int(uv_os_getpid()) }

/// The process's output streams.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all of `text`, waiting where the reader is slow.
    package func write(_ text: String) throws(UVError) {
        try SmallFile.write(Array(text.utf8), to: rawValue)
    }
}
