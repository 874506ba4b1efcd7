package import Libuv

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A process and its descendants, except those that called `setsid`.
///
/// Without `/proc` only the process group of the leader is known.
package struct ProcessSession: Sendable {
    /// The session id. It is also the id of the leader and of the leader's process group.
    package let identifier: Int32

    init(_ identifier: Int32) { self.identifier = identifier }

    /// Sends signals, in order, to all processes of the session. Reads all of `/proc`.
    package func send(_ signals: Signal...) {
        precondition(identifier > 1, "this would signal the own group or every process")
        var groups: Set<Int32> = [identifier]
        for process in members() ?? [] { groups.insert(getpgid(process)) }
        // A signal to a group reaches all its processes at once, so that none of them can start another one in between.
        for group in groups where group > 1 {
            for signal in signals { kill(-group, signal.number) }
        }
    }

    /// Whether no process of the session runs. Reads all of `/proc`.
    ///
    /// Zombies do not count: they hold nothing any more, and some init processes reap them late.
    package func isEmpty() -> Bool {
        guard let members = members() else { return kill(-identifier, 0) != 0 && errno == ESRCH }
        return !members.contains(where: isRunning)
    }

    /// - Returns: nil without `/proc`.
    private func members() -> [Int32]? {
        guard let directory = opendir("/proc") else { return nil }
        defer { closedir(directory) }
        var members: [Int32] = []
        while let entry = readdir(directory) {
            let process = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { Int32(String(cString: $0)) }
            }
            if let process, getsid(process) == identifier { members.append(process) }
        }
        return members
    }

    private func isRunning(_ process: Int32) -> Bool {
        // `PID (NAME) STATE …`. The name may contain any character.
        guard let bytes = try? SmallFile.read("/proc/\(process)/stat", upTo: 512),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return false }
        let state = bytes.dropFirst(end + 1).first { $0 != UInt8(ascii: " ") }
        return state != UInt8(ascii: "Z") && state != UInt8(ascii: "X")
    }
}
