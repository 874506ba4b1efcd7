import Wire

/// Who waits for which task: one task a connection, any number of connections a task.
struct WaiterRegistry {
    private var connections: [TaskID: Set<ConnectionID>] = [:]
    private var tasks: [ConnectionID: TaskID] = [:]

    mutating func add(_ connection: ConnectionID, waitingFor id: TaskID) {
        precondition(tasks.updateValue(id, forKey: connection) == nil, "connection \(connection) waits already")
        connections[id, default: []].insert(connection)
    }

    mutating func remove(_ connection: ConnectionID) {
        guard let id = tasks.removeValue(forKey: connection) else { return }
        connections[id]?.remove(connection)
        if connections[id]?.isEmpty == true { connections[id] = nil }
    }

    /// Takes out all who wait for a task, in the order in which they connected.
    mutating func release(_ id: TaskID) -> [ConnectionID] {
        guard let released = connections.removeValue(forKey: id) else { return [] }
        for connection in released { tasks[connection] = nil }
        return released.sorted()
    }

    /// Those for whom somebody waits.
    var awaitedTasks: [TaskID] { connections.keys.sorted() }
}
