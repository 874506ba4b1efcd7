/// Why a task ended in `error`.
package struct TaskFailure: Error, Hashable, Sendable {
    /// In the words of the protocol. The set is open: a server may tell of more than this client knows.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// No task type has that name; only a request without a `seq` comes so far.
        package static let unknownTaskName = Code(rawValue: "unknown_task_name")
        /// The type's function threw.
        package static let failed = Code(rawValue: "failed")
        /// A client asked for it.
        package static let cancelled = Code(rawValue: "cancelled")
        /// The server was stopped before the task had run to its end.
        package static let shutDown = Code(rawValue: "shut_down")
    }

    package let code: Code

    /// A sentence for whoever asks why; what a task's function threw, where it did.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    func write(to bytes: inout [UInt8]) {
        bytes.append(member: "code", string: code.rawValue)
        bytes.append(member: "message", string: message)
    }
}
