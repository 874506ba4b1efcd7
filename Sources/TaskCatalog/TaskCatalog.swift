/// The task types of one server, in one list that is formed when it starts.
package struct TaskCatalog: Sendable {
    /// In the order in which they were given; a type's index is its place here.
    package let types: [TaskType]

    private let indices: [String: Int]

    /// - Parameters:
    ///   - types: with a name each that no other has; at most 65,535.
    ///   - timeScale: every delay is multiplied by it; 0 or more.
    package init(_ types: [TaskType] = TaskType.builtIn, timeScale: Double = 1) {
        precondition(timeScale >= 0 && timeScale.isFinite)
        self.types = types.map {
            TaskType(name: $0.name, delay: $0.delay * timeScale, function: $0.function)
        }
        indices = Dictionary(
            uniqueKeysWithValues: types.enumerated().map { ($1.name, $0) })
    }

    /// The index of the type with this name, if there is one.
    package func index(of name: String) -> Int? { indices[name] }
}
