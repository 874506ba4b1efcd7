import TaskCore
import TaskProtocol
import TaskQueue

extension StatsRequest {
    func handle(in context: RequestContext) throws(Refusal) {
        let server = context.server
        let counts = server.queue.counts
        var stats = StatsReply()
        stats.uptime = server.uptime
        stats.submitted = counts.submitted
        stats.succeeded = counts.succeeded
        stats.failed = counts.failed
        stats.cancelled = counts.cancelled
        stats.waiting = server.queue.waitingCount
        stats.running = server.queue.running == nil ? 0 : 1
        stats.kept = server.queue.keptCount
        stats.evicted = counts.evicted
        stats.heldBytes = counts.heldBytes
        stats.connectionBytes = server.connections.heldBytes
        stats.connections = server.connections.count
        stats.accepted = server.connections.accepted
        stats.waits = server.waiters.count
        stats.closedForErrors = server.refusals.closedForErrors
        stats.oldestWaiting = server.queue.oldestWaiting.map { server.clock.now.milliseconds(since: $0) }
        stats.closedForLimits = server.refusals.limitClosures
        stats.refused = server.refusals.refusals
        context.reply(stats)
    }
}
