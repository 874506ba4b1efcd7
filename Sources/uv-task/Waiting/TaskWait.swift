import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// A request that waits for the end of a task.
protocol TaskWaitRequest: TaskRequest {
    /// Whether the replies have results, which are printed in the order of the ids. States are printed as the tasks end.
    static var wantsResults: Bool { get }

    static func report(_ reply: Reply) -> TaskReport
}

extension StatusRequest: TaskWaitRequest {
    static let wantsResults = false
    static func report(_ reply: StatusReply) -> TaskReport { reply.task }
}

extension ResultRequest: TaskWaitRequest {
    static let wantsResults = true
    static func report(_ reply: ResultReply) -> TaskReport { TaskReport(state: reply.state) }
}

/// Waits until tasks end, with a live line if stderr is a terminal.
final class TaskWait<Request: TaskWaitRequest> {
    private typealias Arrival = (index: Int, answer: Answer<Request.Reply>)

    private let ids: [TaskID]
    private let instance: InstanceID?
    private let timeout: Int?
    private let conversation: Conversation
    private let next: NextCommand

    /// The indices of the ids in the order of the requests. If one connection cannot hold all requests, it is the order of
    /// the ids, in which tasks end.
    private let order: [Int]
    /// On the loop's clock. The timeout of all requests counts from here.
    private let start: UInt64
    private var sent = 0
    private var answered = 0
    private var arrived: [Arrival] = []

    /// - Parameters:
    ///   - instance: the instance of the server that the tasks belong to; nil for any.
    ///   - timeout: in milliseconds; nil for none.
    ///   - file: the file for the result, which messages mention; nil if it is printed.
    init(
        for ids: [TaskID], of instance: InstanceID?, timeout: Int?, in conversation: Conversation, file: String? = nil
    ) {
        self.ids = ids
        self.instance = instance
        self.timeout = timeout
        self.conversation = conversation
        next = NextCommand(
            conversation.context, wantsResults: Request.wantsResults, instance: instance, file: file)
        order =
            ids.count <= Limits.clientWaits
            ? Array(ids.indices) : ids.indices.sorted { ids[$0] < ids[$1] }
        start = conversation.client.loop.now
    }

    /// - Parameters:
    ///   - known: the report of a task that was just submitted.
    ///   - show: prints an answer and returns its exit code. Results come in the order of the ids, others as they arrive.
    /// - Returns: the highest exit code.
    func perform(
        known: TaskReport? = nil, _ show: (TaskID, Answer<Request.Reply>) throws(CommandEnd) -> ProgramExit
    ) throws(CommandEnd) -> ProgramExit {
        send()
        // If the task was just submitted, the server is known to answer.
        if timeout == nil, known == nil { conversation.probe() }
        let display = WaitDisplay(of: ids, instance, in: conversation)
        if let known, let id = known.id { display.note(known, of: id) }
        defer { display.end() }
        try conversation.watchSignals()
        try display.begin()
        var exit = ProgramExit.success
        var results = ReorderBuffer<Answer<Request.Reply>>(next: 0)
        while answered < ids.count {
            try conversation.wait {
                !arrived.isEmpty
            } orThrow: { stop in
                end(stop, display.open, unprinted: Request.wantsResults ? Array(ids[results.next...]) : display.open)
            }
            let arrivals = arrived
            arrived = []
            answered += arrivals.count
            send()
            for (index, answer) in arrivals { note(answer, of: ids[index], on: display) }
            if answered == ids.count { display.end() }
            for (index, answer) in arrivals {
                let ready = Request.wantsResults ? results.put(answer, at: index) : [(index, answer)]
                for (index, answer) in ready { exit = max(exit, try show(ids[index], answer)) }
            }
            display.resume()
        }
        return exit
    }

    /// Sends as many requests as may wait on one connection.
    private func send() {
        let elapsed = Int(conversation.client.loop.now - start)
        let wait = Wait(timeout: timeout.map { max($0 - elapsed, 0) })
        while sent < order.count, sent - answered < Limits.clientWaits {
            let index = order[sent]
            sent += 1
            conversation.client.send(Request(ids[index], wait: wait), for: instance) { [weak self] answer in
                self?.arrived.append((index, answer))
            }
        }
    }

    private func note(_ answer: Answer<Request.Reply>, of id: TaskID, on display: WaitDisplay) {
        switch answer.result {
        case .success(let reply): display.note(Request.report(reply), of: id)
        case .failure: display.noteRefusal(of: id)
        }
    }

    private func end(_ stop: Conversation.Stop, _ open: [TaskID], unprinted: [TaskID]) -> CommandEnd {
        switch stop {
        case .signal(let signal):
            CommandEnd(signal, WaitMessage.interrupted(open, unprinted: unprinted, next))
        case .lost(let error) where error.isBeforeAnyRequest: conversation.context.end(error)
        case .lost(let error):
            CommandEnd(
                .noConnection,
                WaitMessage.connectionLost(conversation.context, error, open, unprinted: unprinted, next))
        }
    }
}

/// Returns elements in the order of their indices, which have no gap.
struct ReorderBuffer<Element> {
    private var held: [Int: Element] = [:]
    /// The index of the next element to return.
    private(set) var next: Int

    init(next: Int) { self.next = next }

    /// - Returns: the elements that can be returned now.
    mutating func put(_ element: Element, at index: Int) -> [(index: Int, element: Element)] {
        held[index] = element
        var ready: [(Int, Element)] = []
        while let element = held.removeValue(forKey: next) {
            ready.append((next, element))
            next += 1
        }
        return ready
    }
}
