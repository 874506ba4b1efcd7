package import TaskCore

/// The records of the tasks that are kept, by id.
///
/// Ids are consecutive, so the place of a record follows from its id. The records are in pages of 1024 ids: an array of all
/// records would move them when it grows. A page whose ids are all in use drops its empty slots once they are three quarters
/// of it, so that the memory is proportional to the records that are kept.
///
/// Append, look-up and removal take amortised O(1) while most ids of a page and most pages are kept, else O(log n).
package struct TaskTable {
    /// A page has `1 << pageBits` ids. `&>>` and `&<<` do not test the distance.
    private let pageBits: Int

    /// By number, ascending. Empty pages stay until they are most of all pages.
    private var pages: [TaskPage] = []
    private var emptyPages = 0

    /// The id of the next record.
    private(set) var nextID = TaskID.first

    init(pageBits: Int = 10) {
        precondition((0...16).contains(pageBits))
        self.pageBits = pageBits
    }

    mutating func append(_ record: consuming TaskRecord) {
        let page = place(of: nextID).page
        if pages.last?.number != page {
            if !pages.isEmpty { compactPage(at: pages.count - 1) }
            pages.append(TaskPage(number: page, capacity: 1 << pageBits))
        }
        pages[pages.count - 1].append(consume record)
        nextID = nextID.next
    }

    /// nil if no task has this id, or its record was removed.
    package subscript(id: TaskID) -> TaskRecord? {
        let (page, slot) = place(of: id)
        return index(of: page).flatMap { pages[$0][slot] }
    }

    /// Changes the record of a task that is kept.
    mutating func update(_ id: TaskID, _ change: (inout TaskRecord) -> Void) {
        let (page, slot) = place(of: id)
        guard let index = index(of: page) else { preconditionFailure("no task \(id)") }
        pages[index].update(slot, change)
    }

    /// Removes the record of a task that is kept.
    mutating func remove(_ id: TaskID) {
        let (page, slot) = place(of: id)
        guard let index = index(of: page) else { preconditionFailure("no task \(id)") }
        pages[index].remove(slot)
        if page < place(of: nextID).page { compactPage(at: index) }
    }

    /// Compacts a page whose ids are all in use.
    private mutating func compactPage(at index: Int) {
        guard pages[index].compactIfSparse() else { return }
        emptyPages += 1
        guard emptyPages > 16, emptyPages > pages.count / 2 else { return }
        pages.removeAll(where: \.isEmpty)
        emptyPages = 0
    }

    /// The newest kept task before an id, and the number of slots that were looked at to find it.
    func newest(before id: TaskID) -> (id: TaskID, steps: Int)? {
        let (number, slot) = place(of: min(id, nextID))
        var steps = 0
        for index in (0..<pages.firstIndex(from: slot == 0 ? number : number + 1, numberOf: \.number)).reversed() {
            let page = pages[index]
            if let found = page.newest(before: page.number == number ? slot : 1 << pageBits, &steps) {
                return TaskID(rawValue: TaskID.range.lowerBound + page.number << pageBits + found).map { ($0, steps) }
            }
        }
        return nil
    }

    /// The number of slots in memory, with or without a record.
    var slotCount: Int { pages.reduce(0) { $0 + $1.slotCount } }

    private func place(of id: TaskID) -> (page: Int, slot: Int) {
        let index = id.rawValue - TaskID.range.lowerBound
        return (index &>> pageBits, index & (1 &<< pageBits - 1))
    }

    private func index(of page: Int) -> Int? {
        let index = pages.firstIndex(from: page, numberOf: \.number)
        return index < pages.count && pages[index].number == page ? index : nil
    }
}

/// The records of consecutive ids.
private struct TaskPage {
    let number: Int

    /// nil if the record was removed. Record i is in slot i; if the page was compacted, in `slots[i]`, which ascend.
    private var records: [TaskRecord?] = []
    private var slots: [UInt16]?
    private var keptCount = 0

    init(number: Int, capacity: Int) {
        self.number = number
        records.reserveCapacity(capacity)
    }

    /// Whether the page was compacted and keeps no record.
    var isEmpty: Bool { records.isEmpty }
    var slotCount: Int { records.count }

    mutating func append(_ record: consuming TaskRecord) {
        records.append(consume record)
        keptCount += 1
    }

    subscript(slot: Int) -> TaskRecord? { index(of: slot).flatMap { records[$0] } }

    mutating func update(_ slot: Int, _ change: (inout TaskRecord) -> Void) {
        guard let index = index(of: slot), records[index] != nil else { preconditionFailure("no task in slot \(slot)") }
        change(&records[index]!)
    }

    mutating func remove(_ slot: Int) {
        guard let index = index(of: slot), records[index] != nil else { preconditionFailure("no task in slot \(slot)") }
        records[index] = nil
        keptCount -= 1
    }

    /// - Returns: whether the page has become empty.
    mutating func compactIfSparse() -> Bool {
        guard !isEmpty, keptCount * 4 <= records.count else { return false }
        let kept = records.indices.filter { records[$0] != nil }
        slots = kept.map { UInt16(slot(at: $0)) }
        records = kept.map { records[$0] }
        return isEmpty
    }

    func newest(before slot: Int, _ steps: inout Int) -> Int? {
        var index = slots?.firstIndex(from: slot, numberOf: Int.init) ?? min(slot, records.count)
        steps += 1
        while index > 0 {
            index -= 1
            if records[index] != nil { return self.slot(at: index) }
            steps += 1
        }
        return nil
    }

    private func slot(at index: Int) -> Int { slots.map { Int($0[index]) } ?? index }

    private func index(of slot: Int) -> Int? {
        let index = slots?.firstIndex(from: slot, numberOf: Int.init) ?? slot
        return index < records.count && self.slot(at: index) == slot ? index : nil
    }
}
