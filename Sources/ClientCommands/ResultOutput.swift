import TaskClient
import TaskPresentation
import Wire

/// Prints what tasks answered: results to stdout, everything else to stderr.
struct ResultOutput {
    let console: Console
    let isJSON: Bool
    /// Results are lines among others; a single one goes out as its bytes.
    let isLine: Bool
    /// How long the wait might take, in milliseconds.
    let timeout: Int?
    /// The life of the server whose task it is; nil for any.
    let instance: InstanceID?

    /// - Returns: the exit code that the task's outcome comes to.
    func show(
        _ answer: Answer, of id: TaskID, in conversation: Conversation
    ) throws(CommandEnd) -> ProgramExit {
        if isJSON { try console.write(json: answer, for: id) }
        switch answer.reply {
        case .result(let result): return try show(result, of: id, in: conversation)
        case .refused(let error):
            console.say(RefusalWords.refused(error, of: id, options: conversation.context.options))
            return ProgramExit(error.code)
        default: preconditionFailure("no reply to a question for a result")
        }
    }

    private func show(
        _ result: Reply.TaskResult, of id: TaskID, in conversation: Conversation
    ) throws(CommandEnd) -> ProgramExit {
        if result.timedOut || !result.state.isFinal {
            let report = try standing(of: id, result.state, in: conversation)
            console.say(
                result.timedOut
                    ? WaitWords.timedOut(id, after: timeout, report)
                    : WaitWords.unfinished(id, report, call(conversation.context)))
            return result.timedOut ? .timedOut : .notFinished
        }
        if result.state == .error { console.say(WaitWords.failed(id, result.failure)) }
        if let data = result.data, !isJSON { try write(data) }
        return ProgramExit(forOutcome: result.state)
    }

    private func write(_ data: String) throws(CommandEnd) {
        if console.output.size() != nil {
            try console.write(TerminalText.escaped(data) + "\n")
        } else {
            try console.write(isLine ? data + "\n" : data)
        }
    }

    /// What gets a result that is not there yet.
    private func call(_ context: CommandContext) -> WaitCall {
        WaitCall(wantsResults: true, instance: instance, isJSON: isJSON, options: context.options)
    }

    /// Position and time left, which a result does not tell.
    private func standing(
        of id: TaskID, _ state: TaskState, in conversation: Conversation
    ) throws(CommandEnd) -> TaskReport {
        let interrupted = WaitWords.interrupted([id], unprinted: [id], call(conversation.context))
        let answer = try conversation.ask(.status(id), for: instance, interrupted: interrupted)
        guard case .status(let report, _) = answer.reply, !report.state.isFinal
        else { return TaskReport(id: id, state: state) }
        return report
    }
}
