import Libuv
import TaskQueue
import Wire

/// Requests that are answered when a task has ended.
extension Session {
    /// Holds what follows until a task has ended.
    func hold(for task: TaskID) {
        let waiter = server.newWaiter(of: self)
        server.queue.addWaiter(waiter, for: task)
        held = (waiter, task)
    }

    /// The task has ended for which one of the session's requests waited; `settle` answers them all.
    func waitDidEnd(_ number: UInt64) {
        if held?.waiter.number == number { heldHasEnded = true } else { waits?.end(number) }
    }

    func answerHeld() {
        guard let held, heldHasEnded else { return }
        self.held = nil
        heldHasEnded = false
        idleWatch?.noteActivity()
        reply(.status(server.queue[held.task]?.state ?? .error))
        if server.isStopping { resultOwed = held.task }
    }

    /// Answers the requests whose tasks have ended, as far as the client takes the answers, and until others should have
    /// their turn.
    func answerEndedWaits() {
        while phase == .open, stream.isDrained, !hasYielded, let wait = waits?.nextEnded() {
            idleWatch?.noteActivity()
            answer(wait)
            if server.isStopping, wait.question == .status { resultOwed = wait.task }
            pace()
        }
    }
}
