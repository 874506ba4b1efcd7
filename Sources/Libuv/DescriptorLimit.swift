#if canImport(Glibc)
    import Glibc

    private let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
    import Darwin

    private let openFiles = RLIMIT_NOFILE
#endif

/// How many descriptors this process may have open; `Int.max` where there is no limit.
package struct DescriptorLimit: Sendable, Equatable {
    /// The one in force.
    package let current: Int

    /// The one that it was started with.
    package let before: Int
}

/// Lets the process open as many descriptors as it is allowed to: raises the soft limit to the hard one (`getrlimit`,
/// `setrlimit`). Where that fails, the old one stays in force.
package func raiseDescriptorLimit() -> DescriptorLimit {
    guard let old = descriptorLimit() else { return DescriptorLimit(current: fewest, before: fewest) }
    for wanted in [old.rlim_max, min(old.rlim_max, mostOnDarwin)] where wanted > old.rlim_cur {
        var raised = old
        raised.rlim_cur = wanted
        if setrlimit(openFiles, &raised) == 0 { break }
    }
    let new = descriptorLimit() ?? old
    return DescriptorLimit(current: Int(clamping: new.rlim_cur), before: Int(clamping: old.rlim_cur))
}

/// macOS refuses a limit above its OPEN_MAX, whatever the hard one is.
private let mostOnDarwin: rlim_t = 10240

/// What every system allows, for one that does not tell (`_POSIX_OPEN_MAX`).
private let fewest = 20

private func descriptorLimit() -> rlimit? {
    var limit = rlimit()
    return getrlimit(openFiles, &limit) == 0 ? limit : nil
}
