/// The task types of one server, in one list that is formed when it starts. A class: who asks it something need not retain each
/// of its arrays.
package final class TaskCatalog: Sendable {
    /// In the order in which they were given; a type's index is its place here.
    package let types: [TaskType]
    // Of each: to look at a type is to retain all its parts.
    private let names: [String]
    private let nameLengths: [Int]
    private let isCommand: [Bool]

    /// - Parameters:
    ///   - types: with a name each that no other has; at most 65,535.
    ///   - timeScale: every delay is multiplied by it, of no command; 0 or more.
    package init(_ types: [TaskType] = TaskType.builtIn, timeScale: Double = 1) {
        precondition(timeScale >= 0 && timeScale.isFinite && types.count <= UInt16.max)
        self.types = types.map { $0.scaled(by: timeScale) }
        names = types.map(\.name)
        nameLengths = names.map(\.utf8.count)
        isCommand = types.map { $0.command != nil }
    }

    /// Checks whether tasks of a type take the data.
    ///
    /// - Throws: `DataRefusal`, as `Command.check` does; a function takes any.
    package func check(_ data: TaskData, for type: Int) throws(DataRefusal) {
        if isCommand[type] { try types[type].command?.check(data.string) }
    }

    /// The index of the type with this name, byte for byte, if there is one.
    ///
    /// Not looked up as Swift's strings are compared: that normalises, which takes quadratic time for some of them,
    /// and a name is a stranger's text. There are few types.
    package func index(of name: String) -> Int? {
        // Most differ in their length.
        let length = name.utf8.count
        for index in nameLengths.indices where nameLengths[index] == length {
            if names[index].utf8.elementsEqual(name.utf8) { return index }
        }
        return nil
    }
}
