import TaskClient
import TaskPresentation
import Wire

/// Waits for the ends of tasks, with the live line where stderr is a terminal.
struct TaskWait {
    let tasks: TaskSelection
    /// In milliseconds; nil for as long as it takes.
    let timeout: Int?
    /// Whether the results are asked for too.
    let wantsResults: Bool
    /// Whether replies are printed: whoever goes on with the wait wants them too.
    let isJSON: Bool

    /// - Parameters:
    ///   - known: what is known of the tasks before.
    ///   - take: is given each answer with the index of its id: results in the order of the ids, else as they come.
    func perform(
        in conversation: Conversation, known: TaskReport? = nil,
        _ take: (Int, Answer) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        var inbox: [(index: Int, answer: Answer)] = []
        let wait = Request.Wait(timeout: timeout)
        for (index, id) in tasks.ids.enumerated() {
            conversation.client.send(wantsResults ? .result(id, wait) : .status(id, wait), for: tasks.instance) {
                inbox.append((index, $0))
            }
        }
        let display = WaitDisplay(of: tasks, in: conversation)
        if let known, let id = known.id { display.note(known, of: id) }
        defer { display.end() }
        try conversation.watchSignals()
        try display.begin()
        var missing = tasks.ids.count
        var results = ReorderBuffer<Answer>()
        while missing > 0 {
            do throws(Conversation.Stop) {
                try conversation.wait { !inbox.isEmpty }
            } catch {
                let unprinted = wantsResults ? Array(tasks.ids[results.next...]) : display.open
                throw end(error, display.open, unprinted, conversation.context)
            }
            let answers = inbox
            inbox = []
            missing -= answers.count
            for (index, answer) in answers { note(answer.reply, of: tasks.ids[index], on: display) }
            if missing == 0 { display.end() }
            for (index, answer) in answers {
                let ready = wantsResults ? results.put(answer, at: index) : [(index, answer)]
                for (index, answer) in ready { try take(index, answer) }
            }
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

    private func end(
        _ stop: Conversation.Stop, _ open: [TaskID], _ unprinted: [TaskID], _ context: CommandContext
    ) -> CommandEnd {
        let call = WaitCall(
            wantsResults: wantsResults, instance: tasks.instance, isJSON: isJSON, options: context.options)
        return switch stop {
        case .signal(let signal):
            CommandEnd(signal, WaitWords.interrupted(open, unprinted: unprinted, call))
        case .lost(let error):
            CommandEnd(
                .noConnection,
                WaitWords.connectionLost(
                    to: context.server, open, unprinted: unprinted, cause: error.description, call))
        }
    }
}
