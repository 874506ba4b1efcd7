import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// Requests that are answered when a task has ended, or has written to its log.
extension Session {
    /// Holds what follows until a task has ended.
    func hold(for task: TaskID) {
        let waiter = server.newWaiter(of: self)
        server.queue.addWaiter(waiter, for: task)
        makeWaits().held = HeldStatus(waiter: waiter, task: task)
    }

    /// What one of the session's requests waited for has come, or the time is over; `answerWaits` answers them all.
    func waitDidEnd(_ number: UInt64, _ outcome: WaitOutcome) {
        guard held?.waiter.number == number else {
            waits?.end(number, outcome)
            return
        }
        // A drain ends what waits in error.
        if case .taskEnded(let task) = outcome { waits?.held?.outcome = task?.record.state ?? .error }
    }

    /// Answers those that can be.
    func answerWaits() {
        answerHeld()
        answerEndedWaits()
    }

    private func answerHeld() {
        guard let held, let state = held.outcome else { return }
        waits?.held = nil
        rare?.idle?.noteActivity()
        reply(.status(state))
        if server.isStopping { makeRareState().resultOwed = held.task }
    }

    /// Answers the requests that can be, as far as the client takes the answers, and until others should have
    /// their turn.
    private func answerEndedWaits() {
        while phase == .open, stream.isDrained, !hasYielded, let (wait, task) = waits?.nextEnded() {
            rare?.idle?.noteActivity()
            answer(wait, task)
            if server.isStopping { noteOwed(to: wait) }
            pace()
        }
    }

    /// Who was told of a task's end may ask for its result.
    private func noteOwed(to wait: SessionWaits.Wait) {
        switch wait.question {
        case .status: makeRareState().resultOwed = wait.task
        case .log: if server.queue[wait.task]?.state.isFinal == true { makeRareState().resultOwed = wait.task }
        case .result: break
        }
    }
}
