#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells the processes of a loop when one of them has ended, any of them: the system's signals for several may come as one.
final class ChildWatcher {
    private let loop: EventLoop
    private var signal: SignalWatcher?
    private var children: [ObjectIdentifier: ChildProcess] = [:]

    private init(_ loop: EventLoop) throws(UVError) {
        self.loop = loop
        signal = try SignalWatcher(.childEnded, on: loop) { [unowned self] in
            buryOrphans()
            for child in Array(children.values) { child.look() }
        }
    }

    /// Asks for the ends of those that nobody else asks for.
    private func buryOrphans() {
        let own = Set(children.values.map(\.session.identifier))
        for orphan in Orphans.allChildren ?? [] where !own.contains(orphan) { waitpid(orphan, nil, WNOHANG) }
    }

    /// Whether all of these were started here.
    func knows(_ processes: [Int32]) -> Bool {
        processes.allSatisfy { process in children.values.contains { $0.session.identifier == process } }
    }

    /// That of a loop: it is there while a process is.
    static func of(_ loop: EventLoop) throws(UVError) -> ChildWatcher {
        if let watcher = loop.childWatcher as? ChildWatcher { return watcher }
        let watcher = try ChildWatcher(loop)
        loop.childWatcher = watcher
        return watcher
    }

    func add(_ child: ChildProcess) {
        precondition(signal != nil, "nobody would tell of its end")
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
}
