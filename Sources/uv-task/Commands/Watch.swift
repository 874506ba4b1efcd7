import ArgumentParser
import Libuv
import TaskClient
import TaskCore
import TaskProtocol

struct WatchCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Show the tasks on the terminal and update them every second; ^C ends the display.",
        discussion: """
            With --json, the reply to list is printed every second, and no terminal is needed.

            Exit codes: 0 ended with ^C, 6 no server, no answer or a lost connection, 64 no terminal.
            """)

    @ParentCommand var root: TaskCommand
    @OptionGroup var json: JSONOption
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func perform(_ context: ClientContext) throws(CommandEnd) -> ProgramExit {
        guard json.isOn || context.console.outputScreen != nil else {
            throw CommandEnd(
                .usage,
                "watch needs a terminal on stdout; uv-task list\(context.options) prints the tasks once, and watch --json "
                    + "a line a second")
        }
        return try context.connect { conversation throws(CommandEnd) in
            try conversation.watchSignals()
            let watch = try Watch(conversation, isJSON: json.isOn)
            // Restores the screen before the message of a `CommandEnd` is printed.
            defer { watch.close() }
            try watch.perform()
        }
    }
}

/// Asks for the tasks every second and shows them.
private final class Watch {
    /// In milliseconds.
    private static let interval: UInt64 = 1000

    private let conversation: Conversation
    private let isJSON: Bool
    private let timer: Timer
    private var resize: Handle?

    /// The answers for the next picture; nil until they arrive.
    private var tasks: Answer<ListReply>?
    private var stats: Answer<StatsReply>?
    /// The interval since the last requests has passed.
    private var isTimeToAsk = false
    private var hasNewAnswers = false
    private var isResized = false
    private var hasScreen = false

    private var context: ClientContext { conversation.context }
    private var console: Console { conversation.console }

    init(_ conversation: Conversation, isJSON: Bool) throws(CommandEnd) {
        self.conversation = conversation
        self.isJSON = isJSON
        timer = try conversation.makeTimer()
    }

    /// Restores the terminal. Must be called once.
    func close() {
        // The terminal may be closed.
        if hasScreen { try? console.write(WatchScreen.leave) }
        timer.close()
        resize?.close()
    }

    /// Runs until a signal or a failure ends it. ^C ends it with success.
    func perform() throws(CommandEnd) -> Never {
        resize = try conversation.watch(.windowChange) { [unowned self] in isResized = true }
        ask()
        while true {
            try conversation.wait {
                isTimeToAsk && isComplete || hasNewAnswers || isResized
            } orThrow: { stop in
                switch stop {
                case .signal(.interrupt): CommandEnd(.success, nil)
                case .signal(let signal): CommandEnd(signal, nil)
                case .lost(let error): context.end(error)
                }
            }
            if hasNewAnswers || isResized { try show() }
            if isTimeToAsk, isComplete { ask() }
        }
    }

    // MARK: Requests

    private func ask() {
        isTimeToAsk = false
        (tasks, stats) = (nil, nil)
        if isJSON {
            send(ListRequest(ListQuery())) { $0.tasks = $1 }
        } else {
            send(ListRequest(ListQuery(state: .execute, limit: 1))) { $0.askForNeighbours(of: $1) }
            send(StatsRequest()) { $0.stats = $1 }
        }
        timer.start(after: Self.interval) { [unowned self] in isTimeToAsk = true }
    }

    /// Asks for the running task, the next ones and the last ones that ended, as many as fit the screen.
    private func askForNeighbours(of running: Answer<ListReply>) {
        guard case .success(let part) = running.result else { return tasks = running }
        let range = ListQuery.limitRange
        let rows = min(max(console.outputScreen?.rows ?? 24, range.lowerBound), range.upperBound)
        // Two thirds of the rows are for waiting tasks. At least as many ids as rows, so that a short list is shown whole.
        let end = part.tasks.first?.id.flatMap { TaskID(rawValue: max($0.rawValue + rows * 2 / 3, rows) + 1) }
        send(ListRequest(ListQuery(before: end, limit: rows))) { $0.tasks = $1 }
    }

    private func send<Request: RequestMessage>(
        _ request: Request, _ note: @escaping (Watch, Answer<Request.Reply>) -> Void
    ) {
        conversation.client.send(request) { [weak self] answer in
            guard let self else { return }
            note(self, answer)
            hasNewAnswers = isComplete
        }
    }

    private var isComplete: Bool { tasks != nil && (isJSON || stats != nil) }

    // MARK: Pictures

    private func show() throws(CommandEnd) {
        let hasNewAnswers = hasNewAnswers
        self.hasNewAnswers = false
        isResized = false
        guard let tasks, isComplete else { return }
        let part = try context.reply(tasks)
        if isJSON {
            if hasNewAnswers { try console.write(context.jsonLine(tasks.text)) }
        } else if let stats {
            try draw(part.tasks, try context.reply(stats))
        }
    }

    private func draw(_ tasks: [TaskReport], _ stats: StatsReply) throws(CommandEnd) {
        guard let screen = console.outputScreen else { return }
        let lines = WatchScreen.lines(
            server: context.configuration.server.description, stats, tasks, now: console.now(), users: context.users,
            width: screen.columns, height: screen.rows, hasColors: console.outputHasColors)
        try console.write((hasScreen ? "" : WatchScreen.enter) + WatchScreen.picture(lines))
        hasScreen = true
    }
}
