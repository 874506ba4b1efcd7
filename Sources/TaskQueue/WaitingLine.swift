import TaskCore

/// The order of the waiting tasks: which tasks wait, the first one, and how many of each type are ahead of one.
///
/// Tasks wait in the order of their ids. Consecutive ids form a block, and a Fenwick tree over the blocks has the number of
/// waiting tasks of each type. Append takes amortised O(1); remove and count take O(log n), plus the ids of one block.
///
/// Memory: 2 bytes per id and 4 bytes per type for each block that has waiting tasks. A block has at least as many ids as
/// there are types, so that this is at most 6 bytes per id. Blocks without waiting tasks are dropped when they are most of
/// all blocks: memory follows the tasks that wait, even if one old task is followed by millions that do not.
struct WaitingLine {
    /// In `types`, the mark of an id that does not wait.
    private static let vacant = UInt16.max

    private let typeCount: Int

    /// A block has `1 << blockBits` ids.
    private let blockBits: Int

    /// Fewer blocks are never dropped.
    private let minimumToCompact: Int

    /// The numbers of the blocks, ascending.
    private var blocks: [Int] = []

    /// The number of waiting tasks in each block.
    private var waiting: [Int32] = []
    private var emptyBlocks = 0

    /// The type of each id of each block, or `vacant`.
    private var types: [UInt16] = []

    /// The Fenwick tree: `typeCount` sums for each block. The node of the block at index i sums the blocks from
    /// i + 1 - lowestBit(i + 1) through i.
    private var nodes: [UInt32] = []

    /// The number of waiting tasks of each type.
    private var totals: [Int]

    private(set) var count = 0

    /// The task that has waited longest.
    private(set) var first: TaskID?

    /// The last task that was appended, whether it still waits or not.
    private var newest: TaskID?

    /// - Parameter blockBits: nil for blocks of at least 16 and at least `typeCount` ids.
    init(typeCount: Int, blockBits: Int? = nil, minimumToCompact: Int = 256) {
        precondition(typeCount <= Self.vacant && minimumToCompact > 0)
        self.typeCount = typeCount
        self.minimumToCompact = minimumToCompact
        self.blockBits = blockBits ?? (Int.bitWidth - (max(16, typeCount) - 1).leadingZeroBitCount)
        totals = Array(repeating: 0, count: typeCount)
    }

    /// - Parameter id: greater than all ids appended before.
    mutating func append(_ id: TaskID, _ type: TaskTypeIndex) {
        let (block, slot) = place(of: id)
        if blocks.last != block {
            if blocks.count >= minimumToCompact, emptyBlocks > blocks.count / 2 { dropEmptyBlocks() }
            appendBlock(block)
        }
        let index = blocks.count - 1
        if waiting[index] == 0 { emptyBlocks -= 1 }
        waiting[index] += 1
        types[index << blockBits + slot] = type.rawValue
        add(1, at: index, Int(type.rawValue))
        if first == nil { first = id }
        newest = id
    }

    /// Removes a task that waits.
    mutating func remove(_ id: TaskID) {
        guard let (index, slot) = find(id) else { preconditionFailure("task \(id) does not wait") }
        let type = types[index << blockBits + slot]
        types[index << blockBits + slot] = Self.vacant
        waiting[index] -= 1
        if waiting[index] == 0 { emptyBlocks += 1 }
        add(-1, at: index, Int(type))
        if id == first { first = self.first(from: index) }
    }

    /// Removes all tasks and returns them in their order.
    mutating func removeAll() -> [TaskID] {
        var ids: [TaskID] = []
        ids.reserveCapacity(count)
        for index in blocks.indices where waiting[index] > 0 {
            for slot in 0..<(1 << blockBits) where types[index << blockBits + slot] != Self.vacant {
                ids.append(id(block: blocks[index], slot: slot))
            }
        }
        self = WaitingLine(typeCount: typeCount, blockBits: blockBits, minimumToCompact: minimumToCompact)
        return ids
    }

    func contains(_ id: TaskID) -> Bool { find(id) != nil }

    /// Calls `body` with numbers of tasks by type that add up to all tasks from the first one through `id`, which waits.
    func forEachCount(through id: TaskID, _ body: (_ type: Int, _ count: Int) -> Void) {
        if id == newest {
            for type in 0..<typeCount where totals[type] > 0 { body(type, totals[type]) }
            return
        }
        guard let (index, slot) = find(id) else { preconditionFailure("task \(id) does not wait") }
        var node = index
        while node > 0 {
            for type in 0..<typeCount where nodes[(node - 1) * typeCount + type] > 0 {
                body(type, Int(nodes[(node - 1) * typeCount + type]))
            }
            node -= node.lowestBit
        }
        for slot in 0...slot where types[index << blockBits + slot] != Self.vacant {
            body(Int(types[index << blockBits + slot]), 1)
        }
    }

    /// The number of counters and types in memory.
    var storedCount: Int { nodes.count + types.count }

    // MARK: Places

    // Inlined, because a call passes the whole line by value. `&>>` and `&<<` do not test the distance.
    @inline(__always)
    private func place(of id: TaskID) -> (block: Int, slot: Int) {
        (id.rawValue &>> blockBits, id.rawValue & (1 &<< blockBits - 1))
    }

    private func id(block: Int, slot: Int) -> TaskID {
        guard let id = TaskID(rawValue: block << blockBits + slot) else {
            preconditionFailure("no id for slot \(slot) of block \(block)")
        }
        return id
    }

    /// The index of the block and the slot of a task that waits; nil if it does not wait.
    private func find(_ id: TaskID) -> (index: Int, slot: Int)? {
        let (block, slot) = place(of: id)
        let index = blocks.firstIndex(from: block) { $0 }
        guard index < blocks.count, blocks[index] == block, types[index << blockBits + slot] != Self.vacant else {
            return nil
        }
        return (index, slot)
    }

    /// The first task that waits in the block at an index or a later one.
    private func first(from index: Int) -> TaskID? {
        guard count > 0, let index = waiting[index...].firstIndex(where: { $0 > 0 }) else { return nil }
        let slots = types[(index << blockBits)..<((index + 1) << blockBits)]
        guard let slot = slots.firstIndex(where: { $0 != Self.vacant }) else { return nil }
        return id(block: blocks[index], slot: slot - slots.startIndex)
    }

    // MARK: The tree

    private mutating func add(_ difference: Int, at index: Int, _ type: Int) {
        count += difference
        totals[type] += difference
        var node = index + 1
        while node <= blocks.count {
            nodes[(node - 1) * typeCount + type] &+= UInt32(truncatingIfNeeded: difference)
            node += node.lowestBit
        }
    }

    private mutating func appendBlock(_ block: Int) {
        blocks.append(block)
        waiting.append(0)
        emptyBlocks += 1
        types.append(contentsOf: repeatElement(Self.vacant, count: 1 << blockBits))
        let start = nodes.count
        nodes.append(contentsOf: repeatElement(0, count: typeCount))
        // The new node sums all blocks of its range: the nodes below it in the tree.
        let end = blocks.count - blocks.count.lowestBit
        var node = blocks.count - 1
        while node > end {
            for type in 0..<typeCount { nodes[start + type] += nodes[(node - 1) * typeCount + type] }
            node -= node.lowestBit
        }
    }

    private mutating func dropEmptyBlocks() {
        let kept = blocks.indices.filter { waiting[$0] > 0 }
        types = kept.flatMap { types[($0 << blockBits)..<(($0 + 1) << blockBits)] }
        waiting = kept.map { waiting[$0] }
        blocks = kept.map { blocks[$0] }
        emptyBlocks = 0
        nodes = Array(repeating: 0, count: blocks.count * typeCount)
        for (place, type) in types.enumerated() where type != Self.vacant {
            nodes[(place >> blockBits) * typeCount + Int(type)] += 1
        }
        for node in 1..<(blocks.count + 1) where node + node.lowestBit <= blocks.count {
            let parent = node + node.lowestBit
            for type in 0..<typeCount { nodes[(parent - 1) * typeCount + type] += nodes[(node - 1) * typeCount + type] }
        }
    }
}

extension Int {
    fileprivate var lowestBit: Int { self & -self }
}
