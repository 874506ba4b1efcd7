import TaskClient
import TaskPresentation
import Wire

/// Waits for the ends of tasks, with the live line where stderr is a terminal.
struct TaskWait {
    let ids: [TaskID]
    let instance: InstanceID?
    /// In milliseconds; nil for as long as it takes.
    let timeout: Int?
    /// Whether the results are asked for too.
    let wantsResults: Bool

    /// - Parameters:
    ///   - known: what is known of the tasks before.
    ///   - take: is given each answer as it comes, with the index of its id.
    func perform(
        in conversation: Conversation, known: TaskReport? = nil,
        _ take: (Int, TaskClient.Answer) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        var inbox: [(index: Int, answer: TaskClient.Answer)] = []
        let wait = Request.Wait(timeout: timeout)
        for (index, id) in ids.enumerated() {
            conversation.client.send(wantsResults ? .result(id, wait) : .status(id, wait), for: instance) {
                inbox.append((index, $0))
            }
        }
        let display = WaitDisplay(of: ids, for: instance, in: conversation)
        if let known, let id = known.id { display.note(known, of: id) }
        defer { display.end() }
        try conversation.watchSignals()
        try display.begin()
        var missing = ids.count
        while missing > 0 {
            do throws(Conversation.Stop) {
                try conversation.wait { !inbox.isEmpty }
            } catch {
                throw end(error, display.open, conversation.context)
            }
            let answers = inbox
            inbox = []
            missing -= answers.count
            for (index, answer) in answers { note(answer.reply, of: ids[index], on: display) }
            if missing == 0 { display.end() }
            for (index, answer) in answers { try take(index, answer) }
            display.goOn()
        }
    }

    private func note(_ reply: Reply, of id: TaskID, on display: WaitDisplay) {
        switch reply {
        case .status(let report, _): display.note(report, of: id)
        case .result(let result): display.note(TaskReport(state: result.state), of: id)
        default: display.noteRefusal(of: id)
        }
    }

    private func end(_ stop: Conversation.Stop, _ open: [TaskID], _ context: CommandContext) -> CommandEnd {
        switch stop {
        case .signal(let signal):
            CommandEnd(signal, WaitWords.interrupted(open, options: context.options))
        case .lost(let error):
            CommandEnd(
                .noConnection,
                WaitWords.connectionLost(
                    to: context.server, open, cause: error.description, options: context.options))
        }
    }
}
