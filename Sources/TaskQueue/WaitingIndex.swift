import TaskCore

/// How many tasks wait, by type, and how many of them with an id below another: a Fenwick tree over blocks of ids.
///
/// Adding, removing and counting take O(log n) for n blocks; blocks without waiting tasks are dropped when they are most of
/// them, so that memory follows what waits, whatever lies between. Within a block the caller counts.
struct WaitingIndex {
    private let typeCount: Int
    /// How many ids a block has: with 16, one block holds the ids 1 to 16, the next 17 to 32.
    private let blockSize: Int
    /// With fewer blocks nothing is dropped.
    private let smallestDrop: Int
    /// The numbers of the blocks, ascending: the place of each in the tree.
    private var blocks: [Int] = []
    /// How many tasks wait in each.
    private var waiting: [UInt16] = []
    private var emptyBlocks = 0
    /// How many tasks of each type wait in all blocks.
    private(set) var totals: [Int]
    /// No block before this place has a waiting task.
    private var firstPlace = 0
    /// `typeCount` counts for each node; node i sums the blocks at the places from i + 1 - lowbit(i + 1) to i.
    private var nodes: [UInt32] = []

    /// - Parameter blockSize: nil for what suits the number of types: the tree has a count of each for every block.
    init(typeCount: Int, blockSize: Int? = nil, smallestDrop: Int = 256) {
        let blockSize = blockSize ?? max(16, typeCount)
        precondition((1...Int(UInt16.max)).contains(blockSize) && smallestDrop > 0)
        self.typeCount = typeCount
        totals = Array(repeating: 0, count: typeCount)
        self.blockSize = blockSize
        self.smallestDrop = smallestDrop
    }

    /// How many counts it holds: its memory follows them.
    var countsHeld: Int { nodes.count }

    /// The block in which an id lies, and the first id of a block.
    func block(of id: TaskID) -> Int { (id.rawValue - TaskID.first.rawValue) / blockSize }
    func firstID(of block: Int) -> TaskID {
        TaskID(rawValue: block * blockSize + TaskID.first.rawValue) ?? .first
    }

    /// The first block with a waiting task; nil where none waits.
    var firstBlock: Int? { firstPlace < blocks.count && waiting[firstPlace] > 0 ? blocks[firstPlace] : nil }

    /// - Parameter id: greater than all that were added.
    mutating func add(_ id: TaskID, _ type: TaskTypeIndex) {
        // Whether it lies in the last block, without a division.
        if blocks.last.map({ id < firstID(of: $0 + 1) }) != true {
            let block = self.block(of: id)
            if blocks.count >= smallestDrop, emptyBlocks > blocks.count / 2 { dropEmptyBlocks() }
            appendBlock(block)
        }
        let place = blocks.count - 1
        if waiting[place] == 0 { emptyBlocks -= 1 }
        waiting[place] += 1
        totals[Int(type.rawValue)] += 1
        change(place, type, by: 1)
        moveFirstPlace()
    }

    mutating func remove(_ id: TaskID, _ type: TaskTypeIndex) {
        let block = self.block(of: id)
        let place = place(of: block)
        precondition(place < blocks.count && blocks[place] == block && waiting[place] > 0, "task \(id) does not wait")
        waiting[place] -= 1
        totals[Int(type.rawValue)] -= 1
        if waiting[place] == 0 { emptyBlocks += 1 }
        change(place, type, by: .max)
        moveFirstPlace()
    }

    mutating func removeAll() {
        self = WaitingIndex(typeCount: typeCount, blockSize: blockSize, smallestDrop: smallestDrop)
    }

    /// Tells how many tasks wait in all blocks before one: types and counts, in several parts.
    func forEachCount(before block: Int, _ body: (_ type: Int, _ count: Int) -> Void) {
        var place = place(of: block)
        while place > 0 {
            for type in 0..<typeCount {
                let count = nodes[(place - 1) * typeCount + type]
                if count > 0 { body(type, Int(count)) }
            }
            place -= place.lowestBit
        }
    }

    /// The place of the first block with at least that number.
    private func place(of block: Int) -> Int {
        // No block is missing between the first and most others.
        if let first = blocks.first, block >= first, block - first < blocks.count, blocks[block - first] == block {
            return block - first
        }
        return blocks.partitioningIndex { $0 >= block }
    }

    /// Each place is passed once, until blocks are dropped.
    private mutating func moveFirstPlace() {
        while firstPlace < blocks.count - 1, waiting[firstPlace] == 0 { firstPlace += 1 }
    }

    /// - Parameter difference: 1, or `.max` for minus 1.
    private mutating func change(_ place: Int, _ type: TaskTypeIndex, by difference: UInt32) {
        var node = place + 1
        while node <= blocks.count {
            nodes[(node - 1) * typeCount + Int(type.rawValue)] &+= difference
            node += node.lowestBit
        }
    }

    private mutating func appendBlock(_ block: Int) {
        blocks.append(block)
        waiting.append(0)
        emptyBlocks += 1
        let start = nodes.count
        nodes.append(contentsOf: repeatElement(0, count: typeCount))
        let count = blocks.count
        var node = count - 1
        while node > count - count.lowestBit {
            for type in 0..<typeCount { nodes[start + type] += nodes[(node - 1) * typeCount + type] }
            node -= node.lowestBit
        }
    }

    /// The sums are taken apart, and formed again without the empty blocks.
    private mutating func dropEmptyBlocks() {
        for node in stride(from: blocks.count, to: 0, by: -1) { addToParent(of: node) { $0 &- $1 } }
        var kept = 0
        for place in blocks.indices where waiting[place] > 0 {
            blocks[kept] = blocks[place]
            waiting[kept] = waiting[place]
            for type in 0..<typeCount { nodes[kept * typeCount + type] = nodes[place * typeCount + type] }
            kept += 1
        }
        blocks.removeLast(blocks.count - kept)
        waiting.removeLast(waiting.count - kept)
        nodes.removeLast(nodes.count - kept * typeCount)
        emptyBlocks = 0
        firstPlace = 0
        for place in 0..<kept { addToParent(of: place + 1) { $0 &+ $1 } }
    }

    private mutating func addToParent(of node: Int, _ combine: (UInt32, UInt32) -> UInt32) {
        let parent = node + node.lowestBit
        guard parent <= blocks.count else { return }
        for type in 0..<typeCount {
            let index = (parent - 1) * typeCount + type
            nodes[index] = combine(nodes[index], nodes[(node - 1) * typeCount + type])
        }
    }
}

extension Int {
    fileprivate var lowestBit: Int { self & -self }
}
