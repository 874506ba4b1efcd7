import CProcess
import Libuv
import Synchronization

/// Descendants whose parents have ended.
package enum Orphans {
    private static let areAdopted = Mutex(false)

    /// Makes this process the parent of its orphaned descendants, if the system can list the children of a process.
    ///
    /// Must be called once, by a process with one loop. All threads must be started by its first one: the list has only
    /// the children of that thread.
    package static func adopt() {
        let isPossible = cprocess_adopt_orphans() && readChildren() != nil
        areAdopted.withLock { $0 = isPossible }
    }

    /// All children of this process, orphans and zombies included; nil if orphans are not adopted.
    static var allChildren: [Int32]? { areAdopted.withLock(\.self) ? readChildren() : nil }

    private static func readChildren() -> [Int32]? {
        let path = "/proc/\(processIdentifier)/task/\(processIdentifier)/children"
        guard let text = try? SmallFile.read(path, upTo: .max) else { return nil }
        return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }
}
