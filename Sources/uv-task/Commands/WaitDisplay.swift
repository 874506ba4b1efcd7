import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// The live line of a wait, on a terminal: drawn once a second, when the position is known, and at once when the terminal
/// changes its size.
///
/// The position of the task that ends next is asked for as often; where stderr is no terminal, nothing is asked or shown.
final class WaitDisplay: Transient {
    /// In milliseconds.
    private static let interval: UInt64 = 1000
    /// A wait that ends sooner shows nothing.
    private static let firstDelay: UInt64 = 100

    private let conversation: Conversation
    /// The life of the server whose tasks these are; nil for any.
    private let instance: InstanceID?
    private var progress: WaitProgress
    private var timer: Timer?
    private var resize: Handle?
    private var isAsking = false
    /// From the first drawing to the end.
    private var isLive = false
    /// How many columns the line takes that stands on the terminal; nil where none does.
    private var shown: Int?

    private var console: Console { conversation.console }

    init(of tasks: TaskSelection, in conversation: Conversation) {
        self.conversation = conversation
        instance = tasks.instance
        progress = WaitProgress(tasks.ids)
    }

    /// Those that are not known to have ended.
    var open: [TaskID] { progress.open }

    func begin() throws(CommandEnd) {
        guard console.errorScreen != nil else { return }
        console.transient = self
        timer = try conversation.makeTimer()
        resize = try conversation.watch(.windowChange) { [unowned self] in if shown != nil { draw() } }
        askForPosition()
        timer?.start(after: Self.firstDelay) { [unowned self] in tick() }
    }

    /// Takes the line away, for good. May be called twice.
    func end() {
        erase()
        isLive = false
        console.transient = nil
        timer?.close()
        resize?.close()
    }

    /// Takes what the server said of a task.
    func note(_ report: TaskReport, of id: TaskID) {
        progress.note(report, of: id, at: console.now())
    }

    /// Nothing more is to come of a task.
    func noteRefusal(of id: TaskID) {
        progress.noteRefusal(of: id)
    }

    /// Shows it again below what was printed, with the task that is now the next to end.
    func goOn() {
        if isLive { askForPosition() }
    }

    private func tick() {
        isLive = true
        draw()
        askForPosition()
        timer?.start(after: Self.interval) { [unowned self] in tick() }
    }

    /// A deadline goes with it, so that a server that has fallen silent is noticed.
    private func askForPosition() {
        guard !isAsking, let id = progress.current else { return }
        isAsking = true
        conversation.client.send(.status(id), for: instance) { [weak self] answer in
            guard let self else { return }
            isAsking = false
            // That the task has ended is told by what waits for it.
            if case .status(let report, _) = answer.reply, !report.state.isFinal {
                progress.note(report, of: id, at: console.now())
            }
            guard isLive else { return }
            if progress.current == id { draw() } else { askForPosition() }
        }
    }

    private func draw() {
        guard let screen = console.errorScreen else { return }
        let line = progress.line(at: console.now(), width: screen.columns - 1)
        let text = "\(removal(on: screen))\(line)"
        shown = TerminalText.columns(line)
        try? console.errors.write(Array(text.utf8))
    }

    func erase() {
        guard shown != nil, let screen = console.errorScreen else { return }
        try? console.errors.write(Array(removal(on: screen).utf8))
        shown = nil
    }

    /// A terminal that became narrower has broken the line into several.
    private func removal(on screen: Console.Size) -> String {
        let rowsAbove = max((shown ?? 0) - 1, 0) / max(screen.columns, 1)
        return "\r" + (rowsAbove > 0 ? "\u{1B}[\(rowsAbove)A" : "") + "\u{1B}[J"
    }
}
