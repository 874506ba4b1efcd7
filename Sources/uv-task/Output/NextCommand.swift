import TaskCore

/// The commands that messages suggest to wait again or to read a result or a log.
struct NextCommand {
    /// The most ids that a command names.
    static let maximumIDs = 10

    var wantsResults = false
    /// The instance of the server that the ids belong to, if known: after a restart they mean other tasks.
    var instance: InstanceID?
    var isJSON = false
    /// The file for the result; nil if it is printed.
    var file: String?
    /// The connection options: ` --port 4322`.
    var options = ""

    /// `uv-task result 7 --wait --instance 00f1e2d3c4b5a697`, `uv-task wait 7 8 --json --port 4322`
    func call(_ ids: [TaskID]) -> String {
        let list = ids.prefix(Self.maximumIDs).map(\.description).joined(separator: " ")
        return (wantsResults ? "uv-task result \(list) --wait" : "uv-task wait \(list)")
            + (file.map { " --output \(shellWord($0))" } ?? "") + instanceOption + (isJSON ? " --json" : "") + options
    }

    /// Writes the result of an ended task to a file: `uv-task result 7 --output FILE`
    func fileCall(_ id: TaskID) -> String {
        "uv-task result \(id) --output \(file.map(shellWord) ?? "FILE")" + instanceOption + options
    }

    /// `uv-task log 7`
    func logCall(_ id: TaskID) -> String { "uv-task log \(id)" + instanceOption + options }

    private var instanceOption: String { instance.map { " --instance \($0)" } ?? "" }
}

extension NextCommand {
    init(_ context: ClientContext, wantsResults: Bool, instance: InstanceID?, file: String? = nil) {
        self.init(
            wantsResults: wantsResults, instance: instance, isJSON: context.printsReplies, file: file,
            options: context.options)
    }
}
