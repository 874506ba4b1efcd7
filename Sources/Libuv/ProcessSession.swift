#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process and all that it has started, and that started again, but for those that have left for a session of their own
/// (`setsid`). Where the system does not tell of sessions, in `/proc`, only those of its first process's group.
package struct ProcessSession: Sendable {
    /// That of its first process, and of that one's group; 0 for none.
    package let identifier: Int32

    /// Those that ran when they were looked for last.
    private var known: [Int32] = []

    init(_ identifier: Int32) { self.identifier = identifier }

    /// Sends a signal to those in the first process's group (`kill`), which are mostly all.
    ///
    /// - Returns: false where nobody is there.
    @discardableResult
    package func sendToGroup(_ signal: Signal) -> Bool {
        precondition(identifier > 1, "that would be this process's own group, or every process")
        return kill(-identifier, signal.number) == 0 || errno != ESRCH
    }

    /// Sends a signal to all of them. It takes a look at every process of the system.
    package func send(_ signal: Signal) {
        sendToGroup(signal)
        for (process, status) in members() ?? [] where status.group != "\(identifier)" { kill(process, signal.number) }
    }

    /// Whether none of them runs any more; it may take a look at every process of the system. One that has ended, and whose end
    /// nobody has asked for, does not count: it has nothing more, and some systems' first process takes its time to ask.
    package mutating func isEmpty() -> Bool {
        known = known.filter { status(of: $0)?.runs(in: identifier) == true }
        guard known.isEmpty else { return false }
        guard let members = members() else { return !sendToGroup(.none) }
        known = members.map(\.process)
        return known.isEmpty
    }

    /// - Returns: nil where the system does not tell.
    private func members() -> [(process: Int32, status: Status)]? {
        guard status(of: getpid()) != nil, let folder = opendir("/proc") else { return nil }
        defer { closedir(folder) }
        var found: [(process: Int32, status: Status)] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            guard let process = Int32(name), let status = status(of: process), status.runs(in: identifier) else {
                continue
            }
            found.append((process, status))
        }
        return found
    }

    private struct Status {
        let state: Substring
        let group: Substring
        let session: Substring

        func runs(in session: Int32) -> Bool { self.session == "\(session)" && state != "Z" && state != "X" }
    }

    /// What `/proc/PID/stat` tells: the state stands behind the name, which may have any character in it, then the parent, the
    /// group and the session.
    private func status(of process: Int32) -> Status? {
        let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard let bytes = try? SmallFile.read(upTo: 512, from: file), let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else {
            return nil
        }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ", maxSplits: 4)
        return fields.count > 3 ? Status(state: fields[0], group: fields[2], session: fields[3]) : nil
    }
}
