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

    init(_ identifier: Int32) { self.identifier = identifier }

    /// Sends signals to all of them, one after the other. It takes a look at every process of the system.
    package func send(_ signals: Signal...) {
        precondition(identifier > 1, "that would be this process's own group, or every process")
        var groups: Set<Int32> = [identifier]
        for process in members() ?? [] { groups.insert(getpgid(process)) }
        // To a whole group at once: none of it can start another one meanwhile.
        for group in groups where group > 1 {
            for signal in signals { kill(-group, signal.number) }
        }
    }

    /// Whether none of them runs any more. It takes a look at every process of the system. One that has ended, and whose end
    /// nobody has asked for, does not count: it has nothing more, and some systems' first process takes its time to ask.
    package func isEmpty() -> Bool {
        guard let members = members() else { return kill(-identifier, 0) != 0 && errno == ESRCH }
        return !members.contains(where: isRunning)
    }

    /// - Returns: nil where the system does not tell.
    private func members() -> [Int32]? {
        guard let folder = opendir("/proc") else { return nil }
        defer { closedir(folder) }
        var found: [Int32] = []
        while let entry = readdir(folder) {
            let process = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { Int32(String(cString: $0)) }
            }
            if let process, getsid(process) == identifier { found.append(process) }
        }
        return found
    }

    /// What `/proc/PID/stat` tells: the state stands behind the name, which may have any character in it.
    private func isRunning(_ process: Int32) -> Bool {
        let file = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        guard let bytes = try? SmallFile.read(upTo: 512, from: file), let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else {
            return false
        }
        let state = bytes.dropFirst(end + 1).first { $0 != UInt8(ascii: " ") }
        return state != UInt8(ascii: "Z") && state != UInt8(ascii: "X")
    }
}
