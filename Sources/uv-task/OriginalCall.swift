import TaskClient
import TaskPresentation
import Wire

/// One call of the program in the original's form: what it asks, and what comes of it.
struct OriginalCall {
    enum Action {
        case run(taskName: String, data: String, waits: Bool)
        case status(TaskID)
        case result(TaskID)
    }

    /// What the program prints and answers.
    struct Outcome {
        var output = ""
        var errors = ""
        let exit: ProgramExit
    }

    let action: Action
    let client: ClientConfiguration

    func perform() -> Outcome {
        switch action {
        case .run(let taskName, let data, let waits):
            run(taskName, data, waits)
        case .status(let id):
            ask(.status(id: "\(id)")) { client throws(ClientError) in
                Outcome(output: OriginalForm.status(id, try client.status(of: id)), exit: .success)
            }
        case .result(let id):
            ask(.result(id: "\(id)")) { client throws(ClientError) in
                let (state, data) = try client.result(of: id)
                return Outcome(
                    output: OriginalForm.result(id, state, data), exit: OriginalForm.exit(forResult: state))
            }
        }
    }

    private func run(_ taskName: String, _ data: String, _ waits: Bool) -> Outcome {
        var submitted: TaskID?
        do throws(ClientError) {
            let client = try ClassicClient(client)
            defer { client.close() }
            let id = try client.submit(taskName, data)
            submitted = id
            guard waits else { return Outcome(output: OriginalForm.submitted(taskName, id), exit: .success) }
            let (state, result) = try client.waitForResult(of: id)
            return Outcome(
                output: OriginalForm.awaitedResult(taskName, state, result), exit: OriginalForm.exit(forResult: state))
        } catch {
            return Outcome(errors: line(error, taskName, submitted), exit: .noConnection)
        }
    }

    private func line(_ error: ClientError, _ taskName: String, _ submitted: TaskID?) -> String {
        if let submitted {
            return OriginalForm.Failure.completion(taskName: taskName)
                .line("\(error); \(OriginalForm.queued(submitted))")
        }
        let doubt = error.leavesRequestOpen ? "; \(OriginalForm.perhapsQueued)" : ""
        return OriginalForm.Failure.start(taskName: taskName).line("\(error)\(doubt)")
    }

    /// A question about a task: the server closes the connection where it does not know it.
    private func ask(
        _ failure: OriginalForm.Failure, _ question: (ClassicClient) throws(ClientError) -> Outcome
    ) -> Outcome {
        do throws(ClientError) {
            let client = try ClassicClient(client)
            defer { client.close() }
            return try question(client)
        } catch .closed {
            return Outcome(errors: failure.line(OriginalForm.closedUnanswered), exit: .unknownTask)
        } catch {
            return Outcome(errors: failure.line(error.description), exit: .noConnection)
        }
    }
}
