/// Why a task ended in `error`.
package struct TaskFailure: Error, Hashable, Sendable {
    /// The word of the protocol. The messages below say when each is used. The set is open: a newer server may send codes
    /// that this client does not know.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }

        /// Only legacy requests with an unknown name are queued.
        package static let unknownTaskName = Code(rawValue: "unknown_task_name")
        /// The function threw an error.
        package static let failed = Code(rawValue: "failed")
        package static let cancelled = Code(rawValue: "cancelled")
        package static let shutDown = Code(rawValue: "shut_down")
        package static let exit = Code(rawValue: "exit")
        /// The command was ended by a signal that the server did not send.
        package static let signal = Code(rawValue: "signal")
        package static let timeout = Code(rawValue: "timeout")
        package static let outputTooLarge = Code(rawValue: "output_too_large")
        package static let notUTF8 = Code(rawValue: "not_utf8")
        package static let spawn = Code(rawValue: "spawn")
    }

    package let code: Code

    /// A sentence for people, or the description of the error that a function threw.
    package let message: String

    /// The exit status of the command if the code is `exit`.
    package var exitStatus: Int?

    /// The number of the signal if the code is `signal`.
    package var signal: Int?

    /// The end of what the command wrote to its standard error; nil if that is nothing.
    package var errorOutput: String?

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

// MARK: The message of each code

extension TaskFailure {
    package static let unknownTaskName = TaskFailure(.unknownTaskName, "no task type has that name")

    package static let cancelledBeforeStart = TaskFailure(.cancelled, "cancelled before it could start")

    package static let cancelledWhileRunning = TaskFailure(.cancelled, "cancelled while it ran")

    package static let shutDownBeforeStart = TaskFailure(.shutDown, "the server shut down before the task could start")

    package static let shutDownWhileRunning = TaskFailure(.shutDown, "the server shut down while the task ran")

    package static func exited(status: Int) -> TaskFailure {
        var failure = TaskFailure(.exit, "the command exited with status \(status)")
        failure.exitStatus = status
        return failure
    }

    /// - Parameter name: the name of the signal, such as `SIGSEGV`.
    package static func ended(bySignal number: Int, named name: String) -> TaskFailure {
        var failure = TaskFailure(.signal, "the command was ended by signal \(number), \(name)")
        failure.signal = number
        return failure
    }

    package static func timedOut(after timeout: Duration) -> TaskFailure {
        let time = TimeText.text(Int(clamping: timeout.millisecondsRoundedUp))
        return TaskFailure(.timeout, "the command ran for longer than the timeout of its type, \(time)")
    }

    package static func outputTooLarge(limit: Int) -> TaskFailure {
        TaskFailure(
            .outputTooLarge, "the command wrote more than \(limit) bytes, the limit of its type (max_output)")
    }

    package static let outputNotUTF8 = TaskFailure(
        .notUTF8, "the output of the command is not UTF-8; a type with other output needs result = \"base64\"")

    /// - Parameter reason: the message of the system error.
    package static func notStarted(_ command: Command, reason: String) -> TaskFailure {
        let place = command.directory.map { " in \($0)" } ?? ""
        return TaskFailure(.spawn, "the command could not be started: \(reason) (\(command.program)\(place))")
    }
}
