import Libuv
import TaskClient
import TaskCore
import TaskProtocol

/// The live line of a wait on stderr, drawn once a second, when a report arrives, and when the terminal's size changes. If
/// stderr is no terminal, nothing is requested or shown.
final class WaitDisplay {
    /// In milliseconds.
    private static let interval: UInt64 = 1000
    /// A shorter wait shows nothing.
    private static let firstDelay: UInt64 = 100

    private let conversation: Conversation
    private let instance: InstanceID?
    private var progress: WaitProgress
    private var timer: Timer?
    private var resize: Handle?
    private var isAsking = false
    /// From the first drawing to the end.
    private var isLive = false
    /// The columns of the line on the terminal; nil if there is none.
    private var shown: Int?

    private var console: Console { conversation.console }

    init(of ids: [TaskID], _ instance: InstanceID?, in conversation: Conversation) {
        self.conversation = conversation
        self.instance = instance
        progress = WaitProgress(ids)
    }

    /// The tasks that are not known to have ended.
    var open: [TaskID] { progress.open }

    func begin() throws(CommandEnd) {
        guard console.errorScreen != nil else { return }
        console.liveLine.erase = { [unowned self] in erase() }
        timer = try conversation.makeTimer()
        resize = try conversation.watch(.windowChange) { [unowned self] in if shown != nil { draw() } }
        askForPosition()
        timer?.start(after: Self.firstDelay) { [unowned self] in tick() }
    }

    /// Removes the line for good. May be called twice.
    func end() {
        erase()
        isLive = false
        console.liveLine.erase = nil
        timer?.close()
        resize?.close()
    }

    func note(_ report: TaskReport, of id: TaskID) { progress.note(report, of: id, at: console.now()) }

    func noteRefusal(of id: TaskID) { progress.noteEnd(of: id) }

    /// Draws the line again after other output.
    func resume() {
        if isLive { askForPosition() }
    }

    private func tick() {
        isLive = true
        draw()
        askForPosition()
        timer?.start(after: Self.interval) { [unowned self] in tick() }
    }

    /// The request has a time limit, so it also detects a server that does not answer.
    private func askForPosition() {
        guard !isAsking, let id = progress.current else { return }
        isAsking = true
        conversation.client.send(StatusRequest(id), for: instance) { [weak self] answer in
            guard let self else { return }
            isAsking = false
            // Another request waits for the end, and reports it.
            if case .success(let reply) = answer.result, !reply.task.state.isFinal { note(reply.task, of: id) }
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

    private func erase() {
        guard shown != nil, let screen = console.errorScreen else { return }
        try? console.errors.write(Array(removal(on: screen).utf8))
        shown = nil
    }

    /// A terminal that became narrower has wrapped the line.
    private func removal(on screen: Console.Size) -> String {
        let rowsAbove = max((shown ?? 0) - 1, 0) / max(screen.columns, 1)
        return "\r" + (rowsAbove > 0 ? "\u{1B}[\(rowsAbove)A" : "") + "\u{1B}[J"
    }
}
