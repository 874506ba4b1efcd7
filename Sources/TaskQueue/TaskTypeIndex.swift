/// The index of a task type in the queue's list of types.
package struct TaskTypeIndex: Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }
}
