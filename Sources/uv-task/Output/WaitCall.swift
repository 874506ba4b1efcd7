package import TaskCore
import TaskProtocol

/// The call of uv-task that goes on with a wait that ended early: it asks for the same, of the same tasks.
package struct WaitCall: Sendable {
    /// So many ids are named.
    static let mostIDs = 10

    private let wantsResults: Bool
    private let instance: InstanceID?
    private let isJSON: Bool
    private let file: String?
    private let options: String

    /// - Parameters:
    ///   - wantsResults: whether results are waited for, else that tasks end.
    ///   - instance: the life of the server to which the ids belong, as far as it is known: after a restart they mean
    ///     other tasks.
    ///   - file: where the result goes; nil where it is printed.
    ///   - options: those of the connection: ` --port 4322`.
    package init(
        wantsResults: Bool, instance: InstanceID? = nil, isJSON: Bool = false, file: String? = nil, options: String = ""
    ) {
        self.wantsResults = wantsResults
        self.instance = instance
        self.isJSON = isJSON
        self.file = file
        self.options = options
    }

    /// `uv-task result 7 --wait --instance 00f1e2d3c4b5a697`, `uv-task wait 7 8 --json --port 4322`, of at most ten tasks:
    /// the first ones.
    func words(_ ids: [TaskID]) -> String {
        let list = ids.prefix(Self.mostIDs).map(\.description).joined(separator: " ")
        return "uv-task \(wantsResults ? "result \(list) --wait" : "wait \(list)")"
            + (file.map { " --output \(UsageWords.shellWord($0))" } ?? "") + life + (isJSON ? " --json" : "") + options
    }

    /// What writes the result of a task that has ended to a file: `uv-task result 7 --output FILE`
    func fileWords(_ id: TaskID) -> String {
        "uv-task result \(id) --output \(file.map(UsageWords.shellWord) ?? "FILE")" + life + options
    }

    /// What prints all that is kept of what the task's command said: `uv-task log 7`
    func logWords(_ id: TaskID) -> String { "uv-task log \(id)" + life + options }

    private var life: String { instance.map { " --instance \($0)" } ?? "" }
}
