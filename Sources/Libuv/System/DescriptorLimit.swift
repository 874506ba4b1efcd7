#if canImport(Glibc)
    import Glibc

    private let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
    import Darwin

    private let openFiles = RLIMIT_NOFILE
#endif

/// How many descriptors this process may have open; `Int.max` if there is no limit.
package struct DescriptorLimit: Sendable, Equatable {
    package let current: Int

    /// The limit that the process was started with.
    package let before: Int
}

/// Raises the soft limit of open descriptors to the hard limit (`setrlimit`). If that fails, the soft limit stays.
package func raiseDescriptorLimit() -> DescriptorLimit {
    let old = descriptorLimit()
    for wanted in [old.rlim_max, min(old.rlim_max, darwinMaximum)] where wanted > old.rlim_cur {
        var raised = old
        raised.rlim_cur = wanted
        if setrlimit(openFiles, &raised) == 0 { break }
    }
    return DescriptorLimit(current: Int(clamping: descriptorLimit().rlim_cur), before: Int(clamping: old.rlim_cur))
}

/// macOS refuses a soft limit above its OPEN_MAX, even if the hard limit is higher.
private let darwinMaximum: rlim_t = 10240

private func descriptorLimit() -> rlimit {
    var limit = rlimit()
    // Fails only for an unknown resource.
    getrlimit(openFiles, &limit)
    return limit
}
