import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// The state of a `watch`: what was told last, and the screen that shows it.
final class Watch {
    /// In milliseconds.
    private static let interval: UInt64 = 1000

    private let conversation: Conversation
    private let isJSON: Bool
    private let timer: Timer
    private var resize: Handle?
    /// The answers that make up the next picture.
    private var tasks: Answer?
    private var statistics: Answer?
    /// A second has passed since the last questions.
    private var isTimeToAsk = false
    private var mustDraw = false
    private var isResized = false
    private var hasScreen = false

    private var console: Console { conversation.console }

    init(_ conversation: Conversation, isJSON: Bool) throws(CommandEnd) {
        self.conversation = conversation
        self.isJSON = isJSON
        timer = try conversation.makeTimer()
    }

    /// Gives the terminal back. To be called once.
    func close() {
        leaveScreen()
        timer.close()
        resize?.close()
    }

    func perform() throws(CommandEnd) -> ProgramExit {
        resize = try conversation.watch(.windowChange) { [unowned self] in isResized = true }
        ask()
        while true {
            do throws(Conversation.Stop) {
                try conversation.wait { isTimeToAsk && isComplete || mustDraw || isResized }
            } catch {
                leaveScreen()
                switch error {
                // The way out.
                case .signal(.interrupt): return .success
                case .signal(let signal): throw CommandEnd(signal, nil)
                case .lost(let error): throw conversation.context.end(error)
                }
            }
            if let refusal {
                leaveScreen()
                return try refuse(refusal)
            }
            if mustDraw || isResized { try show() }
            if isTimeToAsk, isComplete { ask() }
        }
    }

    // MARK: Questions

    private func ask() {
        isTimeToAsk = false
        (tasks, statistics) = (nil, nil)
        if isJSON {
            send(.list(.init())) { $0.tasks = $1 }
        } else {
            send(.list(.init(state: .execute, limit: 1))) { $0.askAround(running: $1) }
            send(.stats) { $0.statistics = $1 }
        }
        timer.start(after: Self.interval) { [unowned self] in isTimeToAsk = true }
    }

    /// A long queue does not fit the screen: asks for the task that runs, those that come next, and those that ended last.
    private func askAround(running: Answer) {
        guard case .list(let page) = running.reply else { return tasks = running }
        let range = ListQuery.limitRange
        let rows = min(max(console.outputScreen?.rows ?? 24, range.lowerBound), range.upperBound)
        // At least as many ids as there are rows: a short list is shown whole.
        let before = page.tasks.first?.id.flatMap { TaskID(rawValue: max($0.rawValue + rows * 2 / 3, rows) + 1) }
        send(.list(.init(before: before, limit: rows))) { $0.tasks = $1 }
    }

    private func send(_ request: Request, _ note: @escaping (Watch, Answer) -> Void) {
        conversation.client.send(request) { [weak self] answer in
            guard let self else { return }
            note(self, answer)
            mustDraw = isComplete
        }
    }

    private var isComplete: Bool {
        tasks != nil && (isJSON || statistics != nil)
    }

    private var refusal: Answer? {
        [tasks, statistics].lazy.compactMap(\.self).first {
            if case .refused = $0.reply { true } else { false }
        }
    }

    private func refuse(_ answer: Answer) throws(CommandEnd) -> ProgramExit {
        if isJSON { try console.write(json: answer) }
        return conversation.context.refused(answer)
    }

    // MARK: Pictures

    private func show() throws(CommandEnd) {
        let hasAnswers = mustDraw
        mustDraw = false
        isResized = false
        if isJSON {
            if hasAnswers, let tasks { try console.write(json: tasks) }
            return
        }
        guard let lines else { return }
        if !hasScreen { try console.write(TerminalScreen.enter) }
        hasScreen = true
        try console.write(TerminalScreen.picture(lines))
    }

    private var lines: [String]? {
        guard case .list(let page) = tasks?.reply, case .stats(let statistics) = statistics?.reply,
            let screen = console.outputScreen
        else { return nil }
        return WatchScreen.lines(
            server: conversation.context.server, statistics: statistics,
            tasks: page.tasks, now: console.now(), width: screen.columns, height: screen.rows,
            hasColors: console.outputHasColors)
    }

    private func leaveScreen() {
        guard hasScreen else { return }
        hasScreen = false
        // A terminal that is gone needs nothing more.
        try? console.write(TerminalScreen.leave)
    }
}
