import Libuv
import TaskCore
import TaskProtocol
import TaskQueue

/// What the server tells of itself and of its tasks.
extension TaskServer {
    /// All that is known of a task.
    func report(on record: TaskRecord, _ id: TaskID) -> TaskReport {
        var report = TaskReport(state: record.state)
        report.taskName = record.type.map { catalog.types[Int($0.rawValue)].name }
        if !record.state.isFinal, let place = place(of: id) {
            report.position = place.position
            report.timeLeft = place.timeLeft?.asCount
        }
        report.submittedAt = unixTime(of: record.submittedAt)
        report.startedAt = record.startedAt.map(unixTime)
        report.finishedAt = record.finishedAt.map(unixTime)
        report.failure = record.failure
        return report
    }

    /// Where a task stands, and nothing else; nil where it has ended.
    func placeReport(on id: TaskID) -> TaskReport? {
        guard let place = place(of: id) else { return nil }
        var report = TaskReport(id: id, state: place.position == 0 ? .execute : .waiting)
        report.position = place.position
        report.timeLeft = place.timeLeft?.asCount
        return report
    }

    private func place(of id: TaskID) -> SerialQueue.Place? {
        queue.place(of: id, durations: durations.all, at: now)
    }

    /// A moment in milliseconds of Unix time. The wall clock may jump; then moments that were told before are told anew,
    /// by what it says now.
    private func unixTime(of moment: Timestamp) -> Int {
        if loop.now != wallClockReadAt {
            wallClockReadAt = loop.now
            let offset = wallClock() - Int(loop.preciseNow)
            // One millisecond more or less is the clocks' beat, not a jump.
            if abs(offset - wallClockOffset) > 100 { wallClockOffset = offset }
        }
        return Int(moment.milliseconds) + wallClockOffset
    }

    var statistics: ServerStatistics {
        var statistics = ServerStatistics()
        statistics.uptime = Int(loop.now - startedAt)
        statistics.submitted = queue.counts.submitted
        statistics.succeeded = queue.counts.succeeded
        statistics.failed = queue.counts.failed
        statistics.cancelled = queue.counts.cancelled
        statistics.waiting = queue.counts.waiting
        statistics.kept = queue.counts.kept
        statistics.forgotten = queue.counts.forgotten
        statistics.running = queue.running == nil ? 0 : 1
        statistics.oldestWaiting = queue.oldestWaiting.map { Int(now.milliseconds - $0.milliseconds) }
        statistics.heldBytes = queue.counts.heldBytes
        statistics.connectionBytes = connectionBytes
        statistics.connections = sessions.count
        statistics.accepted = Int(lastConnection)
        statistics.waits = queue.waiterCount
        statistics.refused = RequestError.Code.all.map { ServerStatistics.Count($0.rawValue, refusals.total(of: $0)) }
        statistics.closedForErrors = refusals.closedForErrors
        statistics.closedForLimits = ClosingReason.limits.map {
            ServerStatistics.Count($0, refusals.total(ofLimit: $0))
        }
        return statistics
    }

    var information: ServerInformation {
        ServerInformation(
            instance: instance,
            taskTypes: zip(catalog.types, durations.all).map { type, usual in
                var told = ServerInformation.TaskType(name: type.name, delay: type.delay.millisecondsRoundedUp.asCount)
                told.isCommand = type.command != nil
                told.description = type.description
                told.data = type.command?.data ?? .text
                told.result = type.command?.result ?? .text
                told.usualDuration = usual?.asCount
                return told
            },
            limits: configuration.limits)
    }

    /// When a waiting task will start, in milliseconds; a second where that can't be foretold.
    var timeToNextStart: Int { queue.timeLeftOfRunning(durations.all, at: now).map { max(1, $0.asCount) } ?? 1000 }
}

extension TaskType {
    /// How long a task of it runs, before any has.
    var knownDuration: UsualDurations.Knowledge {
        switch work {
        case .function(let delay, _): .fixed(delay.millisecondsRoundedUp)
        case .command(let command): .expected(command.expected?.millisecondsRoundedUp)
        }
    }
}

extension UInt64 {
    /// As messages have it: what is too long to be told is as long as can be.
    fileprivate var asCount: Int { Swift.min(Int(clamping: self), TaskID.range.upperBound) }
}

extension Duration {
    /// In whole milliseconds, a part of one counting as one; 0 where it is negative.
    var millisecondsRoundedUp: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return UInt64(seconds) * 1000 + UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
