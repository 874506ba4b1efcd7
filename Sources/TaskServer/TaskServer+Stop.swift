package import Libuv
import Logging
import TaskCore
import TaskProtocol
import TaskQueue

/// How far the stop of a server has come.
enum StopPhase {
    case serving
    /// No task is taken any more; the running task is on its way. Connections are: the port stays this server's, so that no
    /// other runs a task beside this one's, and results can still be fetched.
    case draining
    /// No task runs and no connection is taken; clients that were just answered may ask for their results.
    case leaving
    case stopped
}

/// Stopping: the first request lets the running task finish, the second leaves at once.
extension TaskServer {
    /// How long a task that was cut off may take to end, in milliseconds: its delay ends at once, its function does not. A
    /// command has its patience before.
    private static var cutOffTime: UInt64 { 500 }

    /// How long clients may take to fetch their last answers, in milliseconds.
    private static var partingTime: UInt64 { 1000 }

    /// The same after a second signal: only what was said already may still arrive.
    private static var hurriedPartingTime: UInt64 { 200 }

    var isStopping: Bool { stopPhase != .serving }
    var isLeaving: Bool { stopPhase == .leaving }

    /// Stops the server as a signal does. The loop's `run` returns when all is done.
    package func stop(_ signal: Signal) {
        switch stopPhase {
        case .serving: drain()
        case .draining: cutOff(signal)
        case .leaving: closeSessions()
        case .stopped: break
        }
    }

    private func drain() {
        stopPhase = .draining
        let drained = queue.drain(at: now)
        if drained.dropped > 0 {
            logger.notice("stopping: \(drained.dropped) waiting task\(drained.dropped == 1 ? "" : "s") dropped")
        }
        if let running = queue.running {
            logger.notice("finishing task \(running)\(timeLeftOfRunning); ^C again to leave at once")
            stopTimer.start(after: configuration.drainTimeout) { [unowned self] in
                logger.warning("task \(running) is being cut off: it did not finish within --drain-timeout")
                interruptTask()
            }
        }
        tell(drained.waiters, .taskEnded(nil))
        if queue.running == nil { leave() }
    }

    /// `, about 12 s`, from how long tasks of its type usually run; empty where that is not known, or over.
    private var timeLeftOfRunning: String {
        guard let left = queue.timeLeftOfRunning(durations.all, at: now), left > 0 else { return "" }
        return left < 1000 ? ", less than 1 s" : ", about \((left + 500) / 1000) s"
    }

    private func cutOff(_ signal: Signal) {
        guard cutOffBy == nil else { return runner.kill() }
        cutOffBy = signal
        if let running = queue.running {
            let advice = runner.patience > 0 ? "; ^C again to kill it" : ""
            logger.warning("leaving at once: task \(running) is being cut off\(advice)")
        }
        interruptTask()
    }

    private func interruptTask() {
        runner.interrupt(.cutOff)
        stopTimer.start(after: runner.patience + Self.cutOffTime) { [unowned self] in abandonTask() }
    }

    /// Goes without a task whose function does not end: as far as the clients can tell, it failed.
    private func abandonTask() {
        guard let running = queue.running else { return }
        logger.warning("task \(running) does not end; it goes with the process")
        runner.abandon()
        let waiters = queue.finish(.failure(.cutOff), at: now)
        tell(waiters, .taskEnded(endedTask(running)))
        leave()
    }

    /// After the last task: parts from the clients.
    func leave() {
        tellEverything()
        stopPhase = .leaving
        stopAccepting()
        let isHurried = cutOffBy != nil
        for session in sessions.values where isHurried || !session.hasPendingWork { session.stop() }
        if sessions.isEmpty { return finishStop() }
        stopTimer.start(after: isHurried ? Self.hurriedPartingTime : Self.partingTime) { [unowned self] in
            closeSessions()
        }
    }

    private func closeSessions() {
        sendReplies()
        for session in sessions.values { session.close(.serverStopped) }
        finishStop()
    }

    func finishStop() {
        guard stopPhase != .stopped else { return }
        stopPhase = .stopped
        closeHandles()
        logger.notice("stopped")
        // Where a task was abandoned, its work would keep the loop running.
        loop.stop()
    }
}
