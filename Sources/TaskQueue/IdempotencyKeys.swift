import HashTreeCollections
import TaskCore

/// The keys of the tasks that are kept, and what they were submitted with.
///
/// Hash trees, because a dictionary moves everything when it grows: at a million keys, that would delay every connection.
struct IdempotencyKeys {
    /// What a key was submitted with. The data is dropped when the task ends, so its hash stands for it. Swift seeds the
    /// hash at random in each process, so that nobody can choose two texts with the same hash.
    struct Content: Equatable {
        private let type: TaskTypeIndex
        private let length: Int
        private let hash: Int

        init(_ type: TaskTypeIndex, _ data: TaskData) {
            self.type = type
            length = data.count
            hash = data.hashValue
        }
    }

    /// Compared byte for byte: for `String`, two texts are equal if they only look alike.
    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
        func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
    }

    private var tasks: TreeDictionary<Key, (id: TaskID, content: Content)> = [:]
    private var keys: TreeDictionary<TaskID, Key> = [:]

    subscript(key: String) -> (id: TaskID, content: Content)? { tasks[Key(text: key)] }

    mutating func add(_ key: String, _ id: TaskID, _ content: Content) {
        tasks[Key(text: key)] = (id, content)
        keys[id] = Key(text: key)
    }

    /// The length of a task's key in bytes; 0 if it has none.
    func keyLength(of id: TaskID) -> Int { keys[id]?.text.utf8.count ?? 0 }

    mutating func remove(_ id: TaskID) {
        if let key = keys.removeValue(forKey: id) { tasks[key] = nil }
    }
}
