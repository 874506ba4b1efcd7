import Wire

/// How many tasks wait, by type, and how many of them with an id below another: a Fenwick tree over blocks of ids.
///
/// Adding, removing and counting take O(log n) for n ids between the first waiting task and the newest; memory
/// follows that span too. Within a block the caller counts.
struct WaitingIndex {
    private let typeCount: Int
    /// How many ids a block has: with 16, one block holds the ids 1 to 16, the next 17 to 32.
    private let blockSize: Int
    /// Below so many blocks nothing is dropped in front.
    private let smallestDrop: Int
    /// `typeCount` counts for each node; the node of place i sums the blocks from i - lowbit(i) to i - 1.
    private var nodes: [UInt32] = []
    /// The block at place 0; those before it hold no waiting task.
    private var firstBlock = 0
    private var blockCount = 0

    init(typeCount: Int, blockSize: Int = 16, smallestDrop: Int = 256) {
        precondition(blockSize > 0 && smallestDrop > 0)
        self.typeCount = typeCount
        self.blockSize = blockSize
        self.smallestDrop = smallestDrop
    }

    /// The block in which an id lies, and the first id of a block.
    func block(of id: TaskID) -> Int { (id.rawValue - TaskID.first.rawValue) / blockSize }
    func firstID(of block: Int) -> TaskID {
        TaskID(rawValue: block * blockSize + TaskID.first.rawValue) ?? .first
    }

    /// - Parameter firstWaiting: no task with a smaller id waits.
    mutating func add(_ id: TaskID, _ type: TaskTypeIndex, firstWaiting: TaskID) {
        let block = self.block(of: id)
        if block >= firstBlock + blockCount { grow(to: block, firstWaiting: self.block(of: firstWaiting)) }
        change(block, type, by: 1)
    }

    mutating func remove(_ id: TaskID, _ type: TaskTypeIndex) {
        change(block(of: id), type, by: .max)
    }

    mutating func removeAll() {
        nodes = []
        firstBlock += blockCount
        blockCount = 0
    }

    /// How many tasks wait in all blocks before one, for each type.
    func counts(before block: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: typeCount)
        var place = min(max(block - firstBlock, 0), blockCount)
        while place > 0 {
            for type in 0..<typeCount { counts[type] += Int(nodes[(place - 1) * typeCount + type]) }
            place -= place.lowestBit
        }
        return counts
    }

    /// - Parameter difference: 1, or `.max` for minus 1.
    private mutating func change(_ block: Int, _ type: TaskTypeIndex, by difference: UInt32) {
        var place = block - firstBlock + 1
        while place <= blockCount {
            nodes[(place - 1) * typeCount + Int(type.rawValue)] &+= difference
            place += place.lowestBit
        }
    }

    private mutating func grow(to block: Int, firstWaiting: Int) {
        if firstWaiting >= firstBlock + blockCount {
            // Nothing waits in the blocks that there are; ids of tasks that never waited may lie between.
            removeAll()
            firstBlock = firstWaiting
        } else if blockCount >= smallestDrop, firstWaiting - firstBlock > blockCount / 2 {
            drop(before: firstWaiting)
        }
        while firstBlock + blockCount <= block { appendBlock() }
    }

    private mutating func appendBlock() {
        blockCount += 1
        let start = nodes.count
        nodes.append(contentsOf: repeatElement(0, count: typeCount))
        var place = blockCount - 1
        while place > blockCount - blockCount.lowestBit {
            for type in 0..<typeCount { nodes[start + type] += nodes[(place - 1) * typeCount + type] }
            place -= place.lowestBit
        }
    }

    /// Drops the blocks before one, in which nothing waits: the sums are taken apart and formed again.
    private mutating func drop(before block: Int) {
        let places = block - firstBlock
        precondition(places <= blockCount)
        for place in stride(from: blockCount, to: 0, by: -1) { addToParent(of: place, { $0 &- $1 }) }
        nodes.removeFirst(places * typeCount)
        firstBlock = block
        blockCount -= places
        for place in 0..<blockCount { addToParent(of: place + 1, { $0 &+ $1 }) }
    }

    private mutating func addToParent(of place: Int, _ combine: (UInt32, UInt32) -> UInt32) {
        let parent = place + place.lowestBit
        guard parent <= blockCount else { return }
        for type in 0..<typeCount {
            let index = (parent - 1) * typeCount + type
            nodes[index] = combine(nodes[index], nodes[(place - 1) * typeCount + type])
        }
    }
}

extension Int {
    fileprivate var lowestBit: Int { self & -self }
}
