package import Wire

/// The tasks that a command is about.
package struct TaskSelection: Sendable {
    /// In the order in which they were given; at least one.
    package let ids: [TaskID]
    /// The life of the server to which the ids belong; nil for any.
    package let instance: InstanceID?

    /// - Parameter ids: at least one.
    package init(_ ids: [TaskID], of instance: InstanceID? = nil) {
        precondition(!ids.isEmpty)
        self.ids = ids
        self.instance = instance
    }
}
