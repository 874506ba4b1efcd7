import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// Waits for the ends of tasks, with the live line where stderr is a terminal.
struct TaskWait {
    let tasks: TaskSelection
    /// In milliseconds; nil for as long as it takes.
    let timeout: Int?
    /// Whether the results are asked for too.
    let wantsResults: Bool
    /// Whether replies are printed: whoever goes on with the wait wants them too.
    let isJSON: Bool
    /// Where the result goes, likewise; nil where it is printed.
    var file: String?

    /// - Parameters:
    ///   - known: what is known of the tasks before.
    ///   - take: is given each answer with the index of its id: results in the order of the ids, else as they come.
    func perform(
        in conversation: Conversation, known: TaskReport? = nil,
        _ take: (Int, Answer) throws(CommandEnd) -> Void
    ) throws(CommandEnd) {
        let requests = WaitRequests(self, conversation.client)
        // A wait without a time-out has no deadline either: by its silence alone a server that hangs could not be told from
        // one that runs a long task. This question has one; where the task was just submitted the server has answered.
        if timeout == nil, known == nil { conversation.client.send(.info) { _ in } }
        let display = WaitDisplay(of: tasks, in: conversation)
        if let known, let id = known.id { display.note(known, of: id) }
        defer { display.end() }
        try conversation.watchSignals()
        try display.begin()
        var results = ReorderBuffer<Answer>()
        while !requests.isDone {
            do throws(Conversation.Stop) {
                try conversation.wait { requests.hasAnswers }
            } catch {
                let unprinted = wantsResults ? Array(tasks.ids[results.next...]) : display.open
                throw end(error, display.open, unprinted, conversation.context)
            }
            let answers = requests.takeAnswers()
            for (index, answer) in answers { note(answer.reply, of: tasks.ids[index], on: display) }
            if requests.isDone { display.end() }
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
            wantsResults: wantsResults, instance: tasks.instance, isJSON: isJSON, file: file, options: context.options)
        return switch stop {
        case .signal(let signal):
            CommandEnd(signal, WaitWords.interrupted(open, unprinted: unprinted, call))
        case .lost(let error) where error.isRefusal: context.end(error)
        case .lost(let error):
            CommandEnd(
                .noConnection,
                WaitWords.connectionLost(
                    to: context.server, open, unprinted: unprinted, cause: error.description, call))
        }
    }
}

/// The requests of a wait: no more at a time than a client may have waiting on one connection.
private final class WaitRequests {
    private let wait: TaskWait
    private let client: TaskClient
    /// In milliseconds of the loop's clock. The time-out is that of all of them.
    private let start: UInt64
    /// The indices of the ids; where not all are asked for at once, in the order in which their tasks end: that of the ids.
    private let order: [Int]
    private var sent = 0
    private var answered = 0
    private var inbox: [(index: Int, answer: Answer)] = []

    init(_ wait: TaskWait, _ client: TaskClient) {
        self.wait = wait
        self.client = client
        start = client.loop.now
        let indices = wait.tasks.ids.indices
        order =
            indices.count <= MessageLimits.waitsOfClient
            ? Array(indices) : indices.sorted { wait.tasks.ids[$0] < wait.tasks.ids[$1] }
        send()
    }

    var isDone: Bool { answered == order.count }
    var hasAnswers: Bool { !inbox.isEmpty }

    /// - Returns: what has come, with the indices of the ids. Others are asked for in their stead.
    func takeAnswers() -> [(index: Int, answer: Answer)] {
        let answers = inbox
        inbox = []
        answered += answers.count
        send()
        return answers
    }

    private func send() {
        let elapsed = Int(client.loop.now - start)
        let rest = Request.Wait(timeout: wait.timeout.map { max($0 - elapsed, 0) })
        while sent < order.count, sent - answered < MessageLimits.waitsOfClient {
            let index = order[sent]
            let id = wait.tasks.ids[index]
            sent += 1
            client.send(wait.wantsResults ? .result(id, rest) : .status(id, rest), for: wait.tasks.instance) {
                [weak self] in self?.inbox.append((index, $0))
            }
        }
    }
}
