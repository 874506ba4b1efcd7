import Libuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Notices the ends of a loop's child processes. One watcher serves all children of a loop, and exists while there are any.
final class ChildWatcher {
    private let loop: EventLoop
    private var signal: SignalHandle?
    private var children: [ObjectIdentifier: ChildProcess] = [:]

    private init(_ loop: EventLoop) throws(UVError) {
        self.loop = loop
        signal = try SignalHandle(.childEnded, on: loop) { [unowned self] in
            for orphan in orphans ?? [] { waitpid(orphan, nil, WNOHANG) }
            // Every child is checked: the system merges signals.
            for child in Array(children.values) { child.checkForEnd() }
        }
    }

    /// The watcher of a loop, created if there is none.
    static func of(_ loop: EventLoop) throws(UVError) -> ChildWatcher {
        if let watcher = loop.childWatcher as? ChildWatcher { return watcher }
        let watcher = try ChildWatcher(loop)
        loop.childWatcher = watcher
        return watcher
    }

    func add(_ child: ChildProcess) {
        precondition(signal != nil, "the watcher is closed")
        children[ObjectIdentifier(child)] = child
    }

    func remove(_ child: ChildProcess) {
        children[ObjectIdentifier(child)] = nil
        closeIfUnused()
    }

    func closeIfUnused() {
        guard children.isEmpty else { return }
        signal?.close()
        signal = nil
        if loop.childWatcher === self { loop.childWatcher = nil }
    }

    /// The children of this process that are not a `ChildProcess` of this loop; nil if orphans are not adopted.
    var orphans: [Int32]? {
        let own = Set(children.values.map(\.session.identifier))
        return Orphans.allChildren?.filter { !own.contains($0) }
    }
}
