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
        /// The command exited with another status than 0.
        package static let exit = Code(rawValue: "exit")
        /// A signal that the server did not send ended the command.
        package static let signal = Code(rawValue: "signal")
        /// The command ran for longer than its type allows.
        package static let timeout = Code(rawValue: "timeout")
        /// The command wrote more to its standard output than its type allows.
        package static let outputTooLarge = Code(rawValue: "output_too_large")
        /// The command's standard output is not the text that its type says it is.
        package static let notUTF8 = Code(rawValue: "not_utf8")
        /// The command could not be started.
        package static let spawn = Code(rawValue: "spawn")
    }

    package let code: Code

    /// A sentence for whoever asks why; what a task's function threw, where it did.
    package let message: String

    /// The status with which the task's command exited, where it did.
    package var exitStatus: Int?

    /// The number of the signal that ended the task's command, where one did.
    package var signal: Int?

    /// The end of what the task's command wrote to its standard error; nil where it wrote nothing, or had none.
    package var errorOutput: String?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
