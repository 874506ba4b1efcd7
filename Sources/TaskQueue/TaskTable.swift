import TaskCore

/// The records of the tasks that are kept, by id.
///
/// Ids are consecutive, so the place of a record follows from its id. The records are in pages of 1024 ids: an array of all
/// records would move them when it grows. A page whose ids are all in use drops its empty slots once they are three quarters
/// of it, so that the memory is proportional to the records that are kept.
///
/// Append, look-up and removal take amortised O(1) while most ids of a page and most pages are kept, else O(log n).
struct TaskTable {
    /// A page has `1 << pageBits` ids.
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
        let (page, slot) = place(of: nextID)
        if pages.last?.number != page {
            if !pages.isEmpty { compactPage(at: pages.count - 1) }
            pages.append(TaskPage(number: page, capacity: 1 << pageBits))
        }
        pages[pages.count - 1].append(slot, consume record)
        nextID = nextID.next
    }

    /// nil if no task has this id, or its record was removed.
    subscript(id: TaskID) -> TaskRecord? {
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
        guard let end = min(id, nextID).previous else { return nil }
        let (number, slot) = place(of: end)
        var steps = 0
        for index in (0..<pages.firstIndex(from: number + 1, numberOf: \.number)).reversed() {
            let page = pages[index]
            if let found = page.newest(upTo: page.number == number ? slot : .max, &steps) {
                return TaskID(rawValue: page.number << pageBits + found).map { ($0, steps) }
            }
        }
        return nil
    }

    /// The number of slots in memory, with or without a record.
    var slotCount: Int { pages.reduce(0) { $0 + $1.slotCount } }

    private func place(of id: TaskID) -> (page: Int, slot: Int) {
        (id.rawValue >> pageBits, id.rawValue & (1 << pageBits - 1))
    }

    private func index(of page: Int) -> Int? {
        let index = pages.firstIndex(from: page, numberOf: \.number)
        return index < pages.count && pages[index].number == page ? index : nil
    }
}

/// The records of consecutive ids.
private struct TaskPage {
    let number: Int

    /// The slots in memory, ascending, and their records; nil if the record was removed.
    private var slots: [UInt16] = []
    private var records: [TaskRecord?] = []
    private var keptCount = 0

    init(number: Int, capacity: Int) {
        self.number = number
        slots.reserveCapacity(capacity)
        records.reserveCapacity(capacity)
    }

    var isEmpty: Bool { keptCount == 0 }
    var slotCount: Int { slots.count }

    mutating func append(_ slot: Int, _ record: consuming TaskRecord) {
        slots.append(UInt16(slot))
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
        guard !slots.isEmpty, keptCount * 4 <= slots.count else { return false }
        let kept = records.indices.filter { records[$0] != nil }
        slots = kept.map { slots[$0] }
        records = kept.map { records[$0] }
        return isEmpty
    }

    func newest(upTo slot: Int, _ steps: inout Int) -> Int? {
        var index = slot == .max ? slots.count : slots.firstIndex(from: slot + 1, numberOf: Int.init)
        steps += 1
        while index > 0 {
            index -= 1
            if records[index] != nil { return Int(slots[index]) }
            steps += 1
        }
        return nil
    }

    private func index(of slot: Int) -> Int? {
        let index = slots.firstIndex(from: slot) { Int($0) }
        return index < slots.count && Int(slots[index]) == slot ? index : nil
    }
}
