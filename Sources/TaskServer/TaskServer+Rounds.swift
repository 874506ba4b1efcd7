import Libuv
import TaskQueue
import Wire

/// What is done for many sessions: a part in each round of the loop, so that others get their turn.
extension TaskServer {
    /// How many sessions go on in one round of the loop, after each has had its turn.
    private static let turnsPerRound = 64

    /// How many requests that wait are told in one round that their task has ended.
    private static let notificationsPerRound = 4096

    /// Lets a session go on in the loop's next round.
    func continueLater(_ session: Session) {
        yielded.append(session.id)
        nextRound.start(goOn)
    }

    /// As `notify`, when no session is at work, and not all at once.
    func notifyLater(_ waiters: [Waiter], _ task: TaskRecord?) {
        guard !waiters.isEmpty else { return }
        pendingNotifications.append(contentsOf: waiters.map { ($0, task) })
        nextRound.start(goOn)
    }

    /// - Parameter most: how many at a time; the others are told in the next round.
    func notifyPending(atMost most: Int = .max) {
        let ends = Array(pendingNotifications.prefix(most))
        pendingNotifications.removeFirst(ends.count)
        notify(ends)
        if !pendingNotifications.isEmpty { nextRound.start(goOn) }
    }

    /// What was put off, in a round of the loop of its own. Turns are not given to all at once, where they are many: the
    /// loop must see new events in between.
    private func goOn() {
        notifyPending(atMost: Self.notificationsPerRound)
        let turns = Array(yielded.prefix(Self.turnsPerRound))
        yielded.removeFirst(turns.count)
        if !yielded.isEmpty { nextRound.start(goOn) }
        for id in turns { sessions[id]?.proceed() }
    }

    /// Tells those who waited for a task that has ended; where they are very many, in the rounds to come. Not to be called while
    /// a session is at work: it writes replies.
    ///
    /// - Parameter task: what became of it: whoever waited is told even where it is forgotten before. Nil in a drain, where
    ///   they are many tasks, and none is forgotten.
    func notify(_ waiters: [Waiter], _ task: TaskRecord?) {
        if waiters.count <= Self.notificationsPerRound {
            notify(waiters.lazy.map { ($0, task) })
        } else {
            notifyLater(waiters, task)
        }
    }

    private func notify(_ ends: some Sequence<(waiter: Waiter, task: TaskRecord?)>) {
        var connections: [ConnectionID] = []
        var told: Set<ConnectionID> = []
        for (waiter, task) in ends {
            sessions[waiter.connection]?.waitDidEnd(waiter.number, task)
            if told.insert(waiter.connection).inserted { connections.append(waiter.connection) }
        }
        // All are answered before one is read on; and what one sent that has gone is not read any more.
        for connection in connections {
            sessions[connection]?.answerWaits()
            sessions[connection]?.flush()
        }
        for connection in connections { sessions[connection]?.settle() }
    }
}
