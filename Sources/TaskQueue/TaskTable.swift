import Wire

/// The records of all tasks, by id. Ids come one after the other, so a record's place follows from its id.
///
/// It grows a page at a time and never moves a record: the millionth submit costs what the first did.
struct TaskTable {
    private static let pageSize = 1024

    private var pages: [[TaskRecord]] = []

    /// The id that the next record gets.
    private(set) var nextID = TaskID.first

    mutating func append(_ record: TaskRecord) -> TaskID {
        let id = nextID
        if place(of: id).page == pages.count {
            pages.append([])
            pages[pages.count - 1].reserveCapacity(Self.pageSize)
        }
        pages[pages.count - 1].append(record)
        nextID = id.next
        return id
    }

    func contains(_ id: TaskID) -> Bool { id < nextID }

    /// The record of a task that the table contains.
    subscript(id: TaskID) -> TaskRecord {
        get { pages[place(of: id).page][place(of: id).slot] }
        set { pages[place(of: id).page][place(of: id).slot] = newValue }
    }

    private func place(of id: TaskID) -> (page: Int, slot: Int) {
        let index = id.rawValue - TaskID.first.rawValue
        return (index / Self.pageSize, index % Self.pageSize)
    }
}
