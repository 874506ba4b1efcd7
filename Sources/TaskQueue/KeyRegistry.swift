import TaskCore

/// Which key made which task, and of what. A task without a key is not in here.
struct KeyRegistry {
    /// What a key was given with; the data goes with its task's end, so its hash stands for it. The hash is seeded at
    /// random when the process starts: nobody can find two texts that share one.
    struct Content: Equatable {
        let type: TaskTypeIndex
        let length: Int
        let hash: Int

        init(_ type: TaskTypeIndex, _ data: TaskData) {
            self.type = type
            length = data.count
            var hasher = Hasher()
            data.hash(into: &hasher)
            hash = hasher.finalize()
        }
    }

    /// A key, byte for byte: Swift's strings would be equal where they only look alike.
    private struct Key: Hashable {
        let bytes: [UInt8]

        init(_ text: String) { bytes = Array(text.utf8) }
    }

    /// Many small dictionaries: a large one that grows moves all that it holds, and everybody waits meanwhile.
    private static let shardCount = 64
    private var tasks = [[Key: (id: TaskID, content: Content)]](repeating: [:], count: shardCount)
    private var keys = [[TaskID: Key]](repeating: [:], count: shardCount)

    subscript(key: String) -> (id: TaskID, content: Content)? {
        let key = Key(key)
        return tasks[Self.shard(of: key)][key]
    }

    mutating func add(_ key: String, _ id: TaskID, _ content: Content) {
        let key = Key(key)
        tasks[Self.shard(of: key)][key] = (id, content)
        keys[Self.shard(of: id)][id] = key
    }

    /// How long a task's key is, in bytes; 0 where it has none.
    func keyLength(of id: TaskID) -> Int { keys[Self.shard(of: id)][id]?.bytes.count ?? 0 }

    /// Forgets a task's key, where it has one.
    mutating func remove(_ id: TaskID) {
        guard let key = keys[Self.shard(of: id)].removeValue(forKey: id) else { return }
        tasks[Self.shard(of: key)][key] = nil
    }

    private static func shard(of key: Key) -> Int { Int(UInt(bitPattern: key.hashValue) % UInt(shardCount)) }
    private static func shard(of id: TaskID) -> Int { id.rawValue % shardCount }
}
