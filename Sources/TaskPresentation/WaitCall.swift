package import Wire

/// The call of uv-task that goes on with a wait that ended early: it asks for the same, of the same tasks.
package struct WaitCall: Sendable {
    /// So many ids are named.
    static let mostIDs = 10

    private let wantsResults: Bool
    private let instance: InstanceID?
    private let isJSON: Bool
    private let options: String

    /// - Parameters:
    ///   - wantsResults: whether results are waited for, else that tasks end.
    ///   - instance: the life of the server to which the ids belong, as far as it is known: after a restart they mean
    ///     other tasks.
    ///   - options: those of the connection: ` --port 4322`.
    package init(wantsResults: Bool, instance: InstanceID? = nil, isJSON: Bool = false, options: String = "") {
        self.wantsResults = wantsResults
        self.instance = instance
        self.isJSON = isJSON
        self.options = options
    }

    /// `uv-task result 7 --wait --instance 00f1e2d3c4b5a697`, `uv-task wait 7 8 --json --port 4322`, of at most ten tasks:
    /// the first ones.
    func words(_ ids: [TaskID]) -> String {
        let list = ids.prefix(Self.mostIDs).map(\.description).joined(separator: " ")
        let life = instance.map { " --instance \($0)" } ?? ""
        return "uv-task \(wantsResults ? "result \(list) --wait" : "wait \(list)")\(life)"
            + (isJSON ? " --json" : "") + options
    }
}
