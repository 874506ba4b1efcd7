import TaskClient
package import TaskCore
import TaskProtocol

/// A call of the program in the original's form: classic requests, and the original's lines.
package struct OriginalCommand: ClientCommand {
    /// What is asked for.
    package enum Action: Sendable {
        /// Submits a task; prints its id, or waits and prints its result.
        case run(taskName: String, data: String, waits: Bool)
        /// Prints the state of a task.
        case status(TaskID)
        /// Prints what a task answered.
        case result(TaskID)
    }

    let action: Action
    let readSize: Int?
    package var isJSON: Bool { false }

    /// - Parameter readSize: the most bytes that one read brings, at least 1; nil for the usual size.
    package init(_ action: Action, readSize: Int?) {
        self.action = action
        self.readSize = readSize
    }

    package func perform(_ context: CommandContext) throws(CommandEnd) -> ProgramExit {
        var client = context.configuration
        if let readSize { client.readSize = readSize }
        let outcome = outcome(client)
        if let line = outcome.errors { context.console.write(error: line) }
        try context.console.write(outcome.output)
        return outcome.exit
    }

    /// What is printed and answered.
    private struct Outcome {
        var output = ""
        var errors: String?
        let exit: ProgramExit
    }

    private func outcome(_ client: ClientConfiguration) -> Outcome {
        switch action {
        case .run(let taskName, let data, let waits):
            run(taskName, data, waits, client)
        case .status(let id):
            ask(.status(id: "\(id)"), client) { client throws(ClientError) in
                Outcome(output: OriginalForm.status(id, try client.status(of: id)), exit: .success)
            }
        case .result(let id):
            ask(.result(id: "\(id)"), client) { client throws(ClientError) in
                let (state, data) = try client.result(of: id)
                return Outcome(
                    output: OriginalForm.result(id, state, data), exit: ProgramExit(forOutcome: state))
            }
        }
    }

    private func run(
        _ taskName: String, _ data: String, _ waits: Bool, _ client: ClientConfiguration
    ) -> Outcome {
        var submitted: TaskID?
        do throws(ClientError) {
            let client = try ClassicClient(client)
            defer { client.close() }
            let id = try client.submit(taskName, data)
            submitted = id
            guard waits else { return Outcome(output: OriginalForm.submitted(taskName, id), exit: .success) }
            let (state, result) = try client.waitForResult(of: id)
            return Outcome(
                output: OriginalForm.awaitedResult(taskName, state, result), exit: ProgramExit(forOutcome: state))
        } catch {
            return Outcome(errors: line(error, taskName, submitted), exit: .noConnection)
        }
    }

    private func line(_ error: ClientError, _ taskName: String, _ submitted: TaskID?) -> String {
        if let submitted {
            return OriginalForm.Failure.completion(taskName: taskName)
                .line("\(words(for: error)); \(OriginalForm.queued(submitted))")
        }
        let doubt = error.requestMayHaveArrived ? "; \(OriginalForm.perhapsQueued)" : ""
        return OriginalForm.Failure.start(taskName: taskName).line("\(words(for: error))\(doubt)")
    }

    /// What the client saw.
    private func words(for error: ClientError) -> String {
        if case .refused(let refusal, _) = error { RefusalWords.refused(refusal) } else { error.description }
    }

    /// A question about a task: the server closes the connection where it does not know it.
    private func ask(
        _ failure: OriginalForm.Failure, _ client: ClientConfiguration,
        _ question: (ClassicClient) throws(ClientError) -> Outcome
    ) -> Outcome {
        do throws(ClientError) {
            let client = try ClassicClient(client)
            defer { client.close() }
            return try question(client)
        } catch .closed {
            return Outcome(errors: failure.line(OriginalForm.closedUnanswered), exit: .unknownTask)
        } catch {
            return Outcome(errors: failure.line(words(for: error)), exit: .noConnection)
        }
    }
}

/// A call in the original's form that makes no sense.
package struct OriginalMisuse: ClientCommand {
    let misuse: OriginalForm.Misuse
    package var isJSON: Bool { false }

    /// - Parameter misuse: what is wrong with the call.
    package init(_ misuse: OriginalForm.Misuse) { self.misuse = misuse }

    package func perform(_ context: CommandContext) -> ProgramExit {
        context.console.write(error: misuse.line)
        return misuse.exit
    }
}
