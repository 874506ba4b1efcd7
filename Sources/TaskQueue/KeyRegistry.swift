import Wire

/// Which key made which task, and of what. A task without a key is not in here.
struct KeyRegistry {
    /// What a key was given with; the data goes with its task's end, so its hash stands for it. The hash is seeded at
    /// random when the process starts: nobody can find two texts that share one.
    struct Content: Equatable {
        let type: TaskTypeIndex
        let length: Int
        let hash: Int

        init(_ type: TaskTypeIndex, _ data: String) {
            self.type = type
            length = data.utf8.count
            var hasher = Hasher()
            data.hashBytes(into: &hasher)
            hash = hasher.finalize()
        }
    }

    /// A key, byte for byte: Swift's strings would be equal where they only look alike.
    private struct Key: Hashable {
        let bytes: [UInt8]

        init(_ text: String) { bytes = Array(text.utf8) }
    }

    private typealias Entries = [Key: (id: TaskID, content: Content)]

    /// Many small dictionaries: a large one that grows moves all that it holds, and everybody waits meanwhile.
    private var shards = [Entries](repeating: [:], count: 64)

    subscript(key: String) -> (id: TaskID, content: Content)? {
        get {
            let key = Key(key)
            return shards[shard(of: key)][key]
        }
        set {
            let key = Key(key)
            shards[shard(of: key)][key] = newValue
        }
    }

    private func shard(of key: Key) -> Int { Int(UInt(bitPattern: key.hashValue) % UInt(shards.count)) }
}

extension String {
    /// As bytes, eight at a time; a string's own hash is that of its normal form, which takes long for some.
    fileprivate func hashBytes(into hasher: inout Hasher) {
        let bytes = utf8Span.span
        var index = 0
        while index + 8 <= bytes.count {
            var word: UInt64 = 0
            for offset in 0..<8 { word = word << 8 | UInt64(bytes[index + offset]) }
            hasher.combine(word)
            index += 8
        }
        while index < bytes.count {
            hasher.combine(bytes[index])
            index += 1
        }
    }
}
