import DequeModule
import Libuv
import TaskQueue

/// Work for many connections, in slices, between which the loop handles new events.
final class DeferredWork {
    /// The most waiters that are notified at a time.
    private static let slice = 16

    private struct Notification {
        var waiters: ArraySlice<Waiter>
        let outcome: WaitOutcome
    }

    unowned var server: TaskServer!
    private let idle: IdleHandle
    private var notifications: Deque<Notification> = []
    /// Connections that have spent their budget.
    private var paused: Deque<ConnectionID> = []

    var isEmpty: Bool { notifications.isEmpty && paused.isEmpty }

    init(on loop: EventLoop) throws(UVError) { idle = try IdleHandle(on: loop) }

    func close() { idle.close() }

    /// Resumes a connection in the next loop iteration.
    func resume(_ connection: Connection) {
        paused.append(connection.id)
        idle.start(run)
    }

    /// Notifies waiters in the next loop iterations.
    func notify(_ waiters: [Waiter], _ outcome: WaitOutcome) {
        guard !waiters.isEmpty else { return }
        notifications.append(Notification(waiters: waiters[...], outcome: outcome))
        idle.start(run)
    }

    /// Notifies waiters now if they are few. Not for use while a connection handles a request.
    func notifyNow(_ waiters: [Waiter], _ outcome: WaitOutcome) {
        if waiters.count <= Self.slice {
            notify(waiters.map { ($0, outcome) })
        } else {
            notify(waiters, outcome)
        }
    }

    func finishNotifications() {
        while !notifications.isEmpty { notifySlice() }
    }

    private func run() {
        server.replies.flush()
        let end = server.loop.preciseNow + server.iterationTime
        repeat {
            notifySlice()
            if let id = paused.popFirst() { server.connections[id]?.resumeWithNewBudget() }
        } while !isEmpty && server.loop.preciseNow < end
        if !isEmpty { idle.start(run) }
    }

    private func notifySlice() {
        var slice: [(waiter: Waiter, outcome: WaitOutcome)] = []
        while slice.count < Self.slice, var first = notifications.popFirst() {
            let part = first.waiters.prefix(Self.slice - slice.count)
            slice += part.map { ($0, first.outcome) }
            first.waiters.removeFirst(part.count)
            if !first.waiters.isEmpty { notifications.prepend(first) }
        }
        notify(slice)
    }

    private func notify(_ slice: [(waiter: Waiter, outcome: WaitOutcome)]) {
        var connections: [Connection] = []
        for (waiter, outcome) in slice {
            guard let connection = server.connections[waiter.connection] else { continue }
            connection.endWait(waiter.number, outcome)
            if !connections.contains(where: { $0 === connection }) { connections.append(connection) }
        }
        // All replies are sent before any connection reads further requests.
        for connection in connections { connection.answerEndedRequests() }
        server.replies.flush()
        for connection in connections {
            if connections.count > 1 { connection.deferBufferedRequests() }
            connection.update()
        }
    }
}
