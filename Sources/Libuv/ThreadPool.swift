#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The threads for `Work` and for the names of hosts, which all loops share.
package enum ThreadPool {
    private static let variable = "UV_THREADPOOL_SIZE"

    /// Makes the pool have at least that many threads, for work that blocks for long. Must be called before the first work,
    /// by a process with one thread: it sets libuv's environment variable.
    ///
    /// - Parameter count: at most 4, which libuv uses by default.
    package static func requireThreads(_ count: Int) {
        // libuv reads it with atoi, too.
        guard let text = getenv(variable), atoi(text) < count else { return }
        setenv(variable, "\(count)", 1)
    }
}
