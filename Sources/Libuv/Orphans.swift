import CLibuv
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Processes that this one's children leave behind when they end.
package enum Orphans {
    private static let areAdopted = Mutex(false)

    /// From here on their parent is this process (`PR_SET_CHILD_SUBREAPER`), which sees at a glance whether there are some. To be
    /// called once, by a process with one loop, whose first thread starts all others.
    package static func adopt() {
        let isPossible = uv_task_adopt_orphans() != 0 && children() != nil
        areAdopted.withLock { $0 = isPossible }
    }

    /// All children of this process; nil where orphans are somebody else's, or the system does not tell.
    static var allChildren: [Int32]? { areAdopted.withLock(\.self) ? children() : nil }

    private static func children() -> [Int32]? {
        let process = getpid()
        let file = open("/proc/\(process)/task/\(process)/children", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text: [UInt8] = []
        while let bytes = try? SmallFile.read(upTo: 4096, from: file), !bytes.isEmpty { text += bytes }
        return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }
}
