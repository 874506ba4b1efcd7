/// The task types of one server, in one list that is formed when it starts.
package struct TaskCatalog: Sendable {
    /// In the order in which they were given; a type's index is its place here.
    package let types: [TaskType]

    /// - Parameters:
    ///   - types: with a name each that no other has; at most 65,535.
    ///   - timeScale: every delay is multiplied by it, of no command; 0 or more.
    package init(_ types: [TaskType] = TaskType.builtIn, timeScale: Double = 1) {
        precondition(timeScale >= 0 && timeScale.isFinite && types.count <= UInt16.max)
        self.types = types.map { $0.scaled(by: timeScale) }
    }

    /// The index of the type with this name, byte for byte, if there is one.
    ///
    /// Not looked up as Swift's strings are compared: that normalises, which takes quadratic time for some of them,
    /// and a name is a stranger's text. There are few types.
    package func index(of name: String) -> Int? {
        types.firstIndex { $0.name.utf8.count == name.utf8.count && $0.name.utf8.elementsEqual(name.utf8) }
    }
}
