import Libuv
import Logging
import TaskCore
import TaskQueue

/// The shutdown of a server. The first signal lets the running task finish, the second interrupts it, the third kills it.
final class Shutdown {
    enum State {
        case serving
        /// No tasks are accepted, and the running one finishes. Connections are still accepted: the port stays this server's,
        /// so no other server runs a task at the same time, and results can be fetched.
        case draining
        /// No task runs and no connections are accepted. Clients may still ask for the results of the last tasks.
        case leaving
        case stopped
    }

    /// How long an interrupted function may run on, in milliseconds. Its delay ends at once; the function itself does not.
    private static let abandonTime: UInt64 = 500

    /// How long clients may take to fetch their last replies, in milliseconds: after a drain, and after an interruption. Tests
    /// change it.
    var leavingTime: (orderly: UInt64, hurried: UInt64) = (1000, 200)

    unowned var server: TaskServer!
    private let timer: Timer
    private(set) var state = State.serving
    /// The signal that interrupted the running task.
    private(set) var interruptedBy: Signal?

    var isStopping: Bool { state != .serving }
    var isLeaving: Bool { state == .leaving }

    init(on loop: EventLoop) throws(UVError) { timer = try Timer(on: loop) }

    func close() { timer.close() }

    func signal(_ signal: Signal) {
        switch state {
        case .serving: drain()
        case .draining: interrupt(signal)
        case .leaving: closeConnections()
        case .stopped: break
        }
    }

    private func drain() {
        state = .draining
        let dropped = server.scheduler.drain()
        if dropped > 0 {
            server.logger.notice("stopping: \(dropped) waiting task\(dropped == 1 ? "" : "s") dropped")
        }
        guard let running = server.queue.running else { return leave() }
        server.logger.notice("finishing task \(running)\(remainingTime); ^C again to interrupt it")
        timer.start(after: UInt64(server.configuration.limits.drainTime)) { [unowned self] in
            server.logger.warning("task \(running) is interrupted: it did not finish within --drain-timeout")
            interruptTask()
        }
    }

    /// `, about 12 s`; empty if unknown.
    private var remainingTime: String {
        guard let time = server.queue.remainingTimeOfRunning(at: server.clock.now), time > 0 else { return "" }
        return time < 1000 ? ", less than 1 s" : ", about \((time + 500) / 1000) s"
    }

    private var run: (any TaskRun)? { server.scheduler.runner.run }
    private var patience: UInt64 { run?.patience ?? 0 }

    private func interrupt(_ signal: Signal) {
        if interruptedBy != nil {
            run?.kill()
            return
        }
        interruptedBy = signal
        if let running = server.queue.running {
            let advice = patience > 0 ? "; ^C again to kill it" : ""
            server.logger.warning("stopping at once: task \(running) is interrupted\(advice)")
        }
        interruptTask()
    }

    private func interruptTask() {
        run?.interrupt(.shutDownWhileRunning)
        timer.start(after: patience + Self.abandonTime) { [unowned self] in
            guard let running = server.queue.running else { return }
            server.logger.warning("task \(running) does not end; it ends with the process")
            server.scheduler.abandonRunning(running)
            leave()
        }
    }

    func taskDidEnd() {
        if state == .draining { leave() }
    }

    private func leave() {
        server.deferred.finishNotifications()
        state = .leaving
        server.stopAccepting()
        let isHurried = interruptedBy != nil
        for connection in server.connections.all where isHurried || !connection.hasPendingWork { connection.stop() }
        if server.connections.isEmpty { return finish() }
        timer.start(after: isHurried ? leavingTime.hurried : leavingTime.orderly) { [unowned self] in
            closeConnections()
        }
    }

    private func closeConnections() {
        server.replies.flush()
        for connection in server.connections.all { connection.close(.serverStopped) }
        finish()
    }

    /// The last connection may have closed.
    func connectionDidClose() {
        if isLeaving, server.connections.isEmpty { finish() }
    }

    private func finish() {
        guard state != .stopped else { return }
        state = .stopped
        server.closeHandles()
        server.logger.notice("stopped")
        // An abandoned function would keep the loop running.
        server.loop.stop()
    }
}
