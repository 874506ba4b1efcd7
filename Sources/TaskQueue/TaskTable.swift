import TaskCore

/// The records of the tasks that are kept, by id. Ids come one after the other, so a record's place follows from its id.
///
/// It grows a page at a time and never moves a record of a page that fills: the millionth submit costs what the first did.
/// A full page most of whose records were forgotten keeps only the others, and one without any goes: memory follows what
/// is kept, whichever tasks those are. Finding a record takes a step where few were forgotten out of turn, else O(log n).
struct TaskTable {
    private let pageSize: Int

    /// By number; a page without records stays for a while.
    private var pages: [TaskPage] = []
    private var emptyPages = 0

    /// The id that the next record gets.
    private(set) var nextID = TaskID.first

    init(pageSize: Int = 1024) {
        precondition((1...Int(UInt16.max) + 1).contains(pageSize))
        self.pageSize = pageSize
    }

    mutating func append(_ record: consuming TaskRecord) -> TaskID {
        let id = nextID
        // Looked at instead of the id's place, for which it would have to be divided.
        if pages.last?.isFilling != true { pages.append(TaskPage(number: place(of: id).page, size: pageSize)) }
        pages[pages.count - 1].append(consume record)
        nextID = id.next
        return id
    }

    /// The record of a task; nil where it is not kept, or where no task has that id.
    subscript(id: TaskID) -> TaskRecord? {
        let (number, slot) = place(of: id)
        return index(of: number).flatMap { pages[$0][slot] }
    }

    /// The type of a task that waits; nil where it does not, or is not kept.
    func typeIfWaiting(_ id: TaskID) -> TaskTypeIndex? {
        let (number, slot) = place(of: id)
        return index(of: number).flatMap { pages[$0].typeIfWaiting(slot) }
    }

    /// Changes the record of a task that is kept.
    mutating func change(_ id: TaskID, _ change: (inout TaskRecord) -> Void) {
        let (number, slot) = place(of: id)
        guard let index = index(of: number) else { preconditionFailure("no task \(id)") }
        pages[index].change(slot, change)
    }

    /// Takes out the record of a task that is kept.
    mutating func remove(_ id: TaskID) {
        let (number, slot) = place(of: id)
        guard let index = index(of: number) else { preconditionFailure("no task \(id)") }
        pages[index].remove(slot)
        guard pages[index].isUsedUp else { return }
        emptyPages += 1
        if emptyPages > 16, emptyPages > pages.count / 2 {
            pages.removeAll(where: \.isUsedUp)
            emptyPages = 0
        }
    }

    /// The newest task that is kept of those with a smaller id, and how many places were looked at to find it.
    func newest(before id: TaskID) -> (id: TaskID, steps: Int)? {
        guard let end = min(id, nextID).previous else { return nil }
        let (number, slot) = place(of: end)
        var steps = 0
        var index = firstIndex(from: number + 1) - 1
        while index >= 0 {
            let page = pages[index]
            if let found = page.newest(upTo: page.number == number ? slot : pageSize - 1, &steps) {
                return (self.id(page: page.number, slot: found), steps)
            }
            index -= 1
        }
        return nil
    }

    /// How many slots are held, with a record or without: its memory follows them.
    var slotCount: Int { pages.reduce(0) { $0 + $1.slotCount } }

    // MARK: Places

    private func place(of id: TaskID) -> (page: Int, slot: Int) {
        let index = id.rawValue - TaskID.first.rawValue
        return (index / pageSize, index % pageSize)
    }

    private func id(page: Int, slot: Int) -> TaskID {
        guard let id = TaskID(rawValue: page * pageSize + slot + TaskID.first.rawValue) else {
            preconditionFailure("no id for slot \(slot) of page \(page)")
        }
        return id
    }

    private func index(of number: Int) -> Int? {
        // No page is missing between the first and most others.
        guard let first = pages.first?.number, number >= first else { return nil }
        let guess = number - first
        if guess < pages.count, pages[guess].number == number { return guess }
        let index = firstIndex(from: number)
        return index < pages.count && pages[index].number == number ? index : nil
    }

    /// The index of the first page with at least that number.
    private func firstIndex(from number: Int) -> Int { pages.partitioningIndex { $0.number >= number } }
}

/// A page of the table: a slot for each id, in use or not; once full, and most of it forgotten, only those in use.
private struct TaskPage {
    let number: Int
    private let size: Int
    private var records: [TaskRecord?] = []
    /// The slots of `records`, ascending, where it is not each in turn.
    private var slots: [UInt16] = []
    private var isSparse = false
    private var kept = 0

    init(number: Int, size: Int) {
        self.number = number
        self.size = size
        records.reserveCapacity(size)
    }

    /// It has a slot for another record.
    var isFilling: Bool { !isSparse && records.count < size }

    /// No record is in it, and none will be.
    var isUsedUp: Bool { isSparse && kept == 0 }

    var slotCount: Int { records.count }

    mutating func append(_ record: consuming TaskRecord) {
        records.append(.some(consume record))
        kept += 1
        shrink()
    }

    subscript(slot: Int) -> TaskRecord? { index(of: slot).flatMap { records[$0] } }

    func typeIfWaiting(_ slot: Int) -> TaskTypeIndex? {
        guard let index = index(of: slot), case .waiting = records[index]?.progress else { return nil }
        return records[index]?.type
    }

    mutating func change(_ slot: Int, _ change: (inout TaskRecord) -> Void) {
        guard let index = index(of: slot), records[index] != nil else { preconditionFailure("no task in slot \(slot)") }
        change(&records[index]!)
    }

    mutating func remove(_ slot: Int) {
        guard let index = index(of: slot), records[index] != nil else { preconditionFailure("no task in slot \(slot)") }
        records[index] = nil
        kept -= 1
        shrink()
    }

    func newest(upTo slot: Int, _ steps: inout Int) -> Int? {
        var index = isSparse ? slots.partitioningIndex { Int($0) > slot } - 1 : min(slot, records.count - 1)
        steps += 1
        while index >= 0 {
            if records[index] != nil { return isSparse ? Int(slots[index]) : index }
            steps += 1
            index -= 1
        }
        return nil
    }

    private func index(of slot: Int) -> Int? {
        guard isSparse else { return slot < records.count ? slot : nil }
        let index = slots.partitioningIndex { Int($0) >= slot }
        return index < slots.count && Int(slots[index]) == slot ? index : nil
    }

    /// A page that still fills keeps its slots.
    private mutating func shrink() {
        guard isSparse || records.count == size, kept * 4 <= records.count else { return }
        let used = records.indices.filter { records[$0] != nil }
        slots = used.map { isSparse ? slots[$0] : UInt16($0) }
        records = used.map { records[$0] }
        isSparse = true
    }
}
