import DequeModule
import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// How a wait for a task came to its own.
enum WaitOutcome {
    /// With what became of the task, which may be forgotten before the answer goes out; nil in a drain, where none is.
    case taskEnded(EndedTask?)
    /// The task has written to its log.
    case logGrew
    case timedOut
}

/// What became of a task.
struct EndedTask {
    let record: TaskRecord
    let log: TaskLog
}

/// What waiters are still to be told.
struct WaitNews {
    var waiters: ArraySlice<Waiter>
    let outcome: WaitOutcome
}

/// What is done for many sessions: a part in each round of the loop, so that others get their turn.
extension TaskServer {
    /// How many waiters are told at a time.
    private static let waitersAtATime = 16

    /// Whether this round has taken long enough since it looked for events. Sessions that are not known to be quickly served
    /// are read later then: else many with costly requests would hold up all others, and their replies the memory.
    var isRoundOver: Bool { loop.preciseNow - loop.now >= roundTime }

    /// Lets a session go on in the loop's next round.
    func continueLater(_ session: Session) {
        yielded.append(session.id)
        nextRound.start(goOn)
    }

    /// What became of a task that has ended; nil where it is no longer kept.
    func endedTask(_ id: TaskID) -> EndedTask? {
        queue[id].map { EndedTask(record: $0, log: queue.log(of: id)) }
    }

    /// As `tell`, when no session is at work, and not all at once.
    func tellLater(_ waiters: [Waiter], _ outcome: WaitOutcome) {
        guard !waiters.isEmpty else { return }
        news.append(WaitNews(waiters: waiters[...], outcome: outcome))
        nextRound.start(goOn)
    }

    /// Tells those who waited for a task what came of it; where they are very many, in the rounds to come. Not to be called
    /// while a session is at work: it writes replies.
    func tell(_ waiters: [Waiter], _ outcome: WaitOutcome) {
        if waiters.count <= Self.waitersAtATime {
            tell(waiters.lazy.map { ($0, outcome) })
        } else {
            tellLater(waiters, outcome)
        }
    }

    /// Tells all that is still to be told.
    func tellEverything() {
        while !news.isEmpty { tellSome() }
    }

    /// What was put off, in a round of the loop of its own. The loop must see new events in between.
    private func goOn() {
        sendReplies()
        let start = loop.preciseNow
        repeat {
            tellSome()
            if let id = yielded.popFirst() { sessions[id]?.proceed() }
        } while !(news.isEmpty && yielded.isEmpty) && loop.preciseNow - start < roundTime
        if !(news.isEmpty && yielded.isEmpty) { nextRound.start(goOn) }
    }

    private func tellSome() {
        var told: [(waiter: Waiter, outcome: WaitOutcome)] = []
        while told.count < Self.waitersAtATime, var first = news.popFirst() {
            let part = first.waiters.prefix(Self.waitersAtATime - told.count)
            told += part.map { ($0, first.outcome) }
            first.waiters.removeFirst(part.count)
            if !first.waiters.isEmpty { news.prepend(first) }
        }
        tell(told)
    }

    private func tell(_ news: some Sequence<(waiter: Waiter, outcome: WaitOutcome)>) {
        var connections: [ConnectionID] = []
        var told: Set<ConnectionID> = []
        for (waiter, outcome) in news {
            sessions[waiter.connection]?.waitDidEnd(waiter.number, outcome)
            if told.insert(waiter.connection).inserted { connections.append(waiter.connection) }
        }
        // All are answered before one is read on; and what one sent that has gone is not read any more.
        for connection in connections {
            sessions[connection]?.answerWaits()
        }
        sendReplies()
        for connection in connections {
            if let session = sessions[connection] { countHeldBytes(of: session) }
        }
        for connection in connections {
            if connections.count > 1 { sessions[connection]?.leaveBacklogForLater() }
            sessions[connection]?.settle()
        }
    }
}
