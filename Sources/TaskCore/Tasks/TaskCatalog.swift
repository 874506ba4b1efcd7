/// The task types of a server.
///
/// A class, so that access to it retains one object instead of each array.
package final class TaskCatalog: Sendable {
    /// In the given order; the index of a type identifies it.
    package let types: [TaskType]
    private let names: [[UInt8]]
    private let nameLengths: [Int]
    private let commands: [Command?]

    /// - Parameters:
    ///   - types: at most 65,535, with different names.
    ///   - timeScale: a factor for the delay of each function; not negative.
    package init(_ types: [TaskType] = TaskType.builtIn, timeScale: Double = 1) {
        precondition(timeScale >= 0 && timeScale.isFinite && types.count <= UInt16.max)
        self.types = types.map { $0.scaled(by: timeScale) }
        names = types.map { Array($0.name.utf8) }
        nameLengths = names.map(\.count)
        commands = types.map(\.command)
    }

    /// Whether clients can make the server run an operator's commands.
    package var hasCommands: Bool { commands.contains { $0 != nil } }

    /// Checks whether a type accepts the data. A function accepts any.
    package func check(_ data: TaskData, for type: Int) throws(Refusal) {
        try commands[type]?.check(data.string)
    }

    /// The index of the type with this name, compared byte for byte.
    ///
    /// A linear search, since types are few. A dictionary would hash the name in normal form, which takes quadratic time for some
    /// names, and a client chooses the name.
    package func index(of name: String) -> Int? {
        let name = name.utf8Span.span
        // The lengths differ for most names, and are read without retaining a name.
        for index in nameLengths.indices where nameLengths[index] == name.count {
            if names[index].hasSameBytes(as: name) { return index }
        }
        return nil
    }
}
